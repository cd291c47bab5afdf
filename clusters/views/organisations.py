"""The list of organisations and an organisation's pages."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clusters.columns import ORGANISATION_COLUMNS
from clusters.filters import OrganisationFilter
from clusters.forms.organisations import OrganisationForm
from clusters.models import Grant, Membership, Partnership, ProjectPartner
from clusters.services.ties import save_organisation
from clusters.views.archiving import archive_page, restore_page
from clusters.views.frame import address_of, organisations_of, record_tabs
from ifa_crm.shared.editing import form_page, locked, options
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of


def organisation_page(request: StaffRequest) -> ListPage:
    user = request.user

    def shown(rows: Any) -> Any:
        return rows.with_counts(user)

    return ListPage(
        request,
        rows=organisations_of(request),
        filterset=OrganisationFilter,
        sorts={"name": (Lower("name").asc(),)},
        default_sort="name",
        show=shown,
        columns=ORGANISATION_COLUMNS,
        export=reverse("clusters:organisation_export"),
    )


organisation_export = export_of(
    organisation_page, gettext_lazy("Organisations"), name="organisations"
)


@require_safe
@requires(Act.READ)
def organisation_list(request: StaffRequest) -> HttpResponseBase:
    user = request.user
    page = organisation_page(request)
    return page.answer(
        "clusters/organisation_list.html",
        title=_("Organisations"),
        lead=_("Members and partners of clusters and projects, in France and abroad."),
        may_edit=user.may(Act.EDIT_CLUSTERS),
    )


def _frame(request: StaffRequest, ref: str, active: str) -> dict[str, Any]:
    rows = organisations_of(request).select_related("archived_by")
    organisation = get_object_or_404(rows, ref=ref)
    may_edit = request.user.may(Act.EDIT_CLUSTERS)
    return {
        "organisation": organisation,
        "title": organisation.name,
        "tabs": record_tabs("organisation", ref, active),
        "may_edit": may_edit and not organisation.is_archived,
        "may_restore": may_edit and organisation.is_archived,
    }


@require_safe
@requires(Act.READ)
def organisation_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    context = _frame(request, ref, "organisation_detail")
    organisation, user = context["organisation"], request.user
    partnerships = Partnership.objects.visible_to(user).select_related("cluster", "organisation")
    context |= {
        "memberships": organisation.memberships.select_related("cluster"),
        "partnerships": partnerships.filter(organisation=organisation).select_related("through"),
        "carried": partnerships.filter(through=organisation),
        "projects": ProjectPartner.objects.visible_to(user)
        .filter(organisation=organisation)
        .select_related("project"),
        "grants": Grant.objects.visible_to(user)
        .filter(organisation=organisation)
        .select_related("project"),
        "investors_address": address_of("investors:organisation_investors", ref),
    }
    return TemplateResponse(request, "clusters/organisation_detail.html", context)


@require_safe
@requires(Act.READ)
def organisation_changes(request: StaffRequest, ref: str) -> HttpResponseBase:
    context = _frame(request, ref, "organisation_changes")
    organisation, user = context["organisation"], request.user
    parts: list[Any] = [
        organisation,
        Membership.objects.visible_to(user).filter(organisation=organisation),
        Partnership.objects.visible_to(user).filter(organisation=organisation),
        ProjectPartner.objects.visible_to(user).filter(organisation=organisation),
    ]
    context["changes"] = changes_of(user, parts, before=request.GET.get("before"))
    return TemplateResponse(request, "clusters/organisation_changes.html", context)


@requires(Act.EDIT_CLUSTERS)
def organisation_create(request: StaffRequest) -> HttpResponseBase:
    form = OrganisationForm(request.POST or None, user=request.user)
    if form.carry_out(
        lambda: save_organisation(actor=request.user, organisation=form.save(commit=False))
    ):
        messages.success(request, _("The organisation is on record."))
        return redirect(form.result)
    return form_page(
        request,
        form,
        title=_("New organisation"),
        back="clusters:organisation_list",
        submit=_("Record it"),
        template="clusters/organisation_form.html",
    )


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def organisation_edit(request: StaffRequest, ref: str) -> HttpResponseBase:
    organisation = locked(request, organisations_of(request), ref=ref)
    title, back = _("Edit %s") % organisation, organisation.get_absolute_url()
    form = OrganisationForm(request.POST or None, instance=organisation, user=request.user)
    if form.carry_out(
        lambda: save_organisation(actor=request.user, organisation=form.save(commit=False))
    ):
        messages.success(request, _("Saved."))
        return redirect(back)
    template = "clusters/organisation_form.html"
    return form_page(request, form, title=title, back=back, template=template)


@requires(Act.EDIT_CLUSTERS)
def organisation_archive(request: StaffRequest, ref: str) -> HttpResponseBase:
    organisation = get_object_or_404(organisations_of(request).live(), ref=ref)
    consequence = _("It leaves the lists and pickers. Its history stays.")
    return archive_page(request, organisation, consequence)


@requires(Act.EDIT_CLUSTERS)
def organisation_restore(request: StaffRequest, ref: str) -> HttpResponseBase:
    organisation = get_object_or_404(organisations_of(request).archived(), ref=ref)
    return restore_page(request, organisation)


@require_safe
@requires(Act.READ)
def organisation_options(request: StaffRequest) -> HttpResponse:
    rows = organisations_of(request).live().order_by(Lower("name"))
    return options(request, rows, note=lambda row: row.country.name)
