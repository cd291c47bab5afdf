"""Investors: the list, one investor, its changes; made, edited, archived."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.models import Organisation
from ifa_crm.shared.editing import confirm_page, form_page, locked
from ifa_crm.shared.forms import ConfirmForm, ReasonForm
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.shared.middleware import MovedError
from ifa_crm.shared.together import Read, read_together
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of
from investors.columns_more import INVESTOR_COLUMNS
from investors.filters import INVESTOR_SORTS, InvestorFilter
from investors.forms.investor import InvestorForm
from investors.forms.twins import NewInvestorForm
from investors.models import Contact, Investor, Lead
from investors.permissions import require
from investors.services.investors import (
    archive_investor,
    create_investor,
    edit_investor,
    may_edit_investor,
    restore_investor,
)
from investors.ties import tie_reads, ties_in
from investors.twins import survivor
from investors.views.frame import asked_timeline

GROUP_DEPTH = 8


def investor_page(request: StaffRequest) -> ListPage:
    user = request.user
    leads = Lead.objects.visible_to(user).live().filter(investor=OuterRef("pk")).order_by()
    counted = leads.values("investor").annotate(n=Count("pk")).values("n")
    return ListPage(
        request,
        rows=Investor.objects.visible_to(user),
        filterset=InvestorFilter,
        sorts=INVESTOR_SORTS,
        default_sort="name",
        show=lambda rows: rows.annotate(n_leads=Coalesce(Subquery(counted), 0)),
        columns=INVESTOR_COLUMNS,
        export=reverse("investors:investor_export"),
    )


investor_export = export_of(investor_page, gettext_lazy("Investors"), name="investors")


@requires(Act.READ)
def investor_list(request: StaffRequest) -> HttpResponse:
    user = request.user
    page = investor_page(request)
    return page.answer(
        "investors/investor_list.html", title=_("Investors"), may_record=user.may(Act.RECORD)
    )


def get_investor(request: StaffRequest, ref: str) -> Investor:
    """The investor at this address; one that was merged leads on to what it became."""
    follow_merged(request, Investor, ref)
    rows = Investor.objects.visible_to(request.user).select_related("parent", "organisation")
    found: Investor = get_object_or_404(rows, ref=ref)
    return found


def follow_merged(request: StaffRequest, model: type[Investor] | type[Contact], ref: str) -> None:
    """Lead on from the address of a record that was merged, if the reader may see what it became.

    The same page of that record, with the same question; its own page where something was sent.
    """
    merged: Any = model.objects.filter(ref=ref, merged_into__isnull=False).first()
    if merged is None:
        return
    became = survivor(merged)
    visible: Any = model.objects.visible_to(request.user)
    if not visible.filter(pk=became.pk).exists():
        raise Http404
    if request.method != "GET" or request.resolver_match is None:
        raise MovedError(became.get_absolute_url())
    there = request.resolver_match.kwargs | {"ref": became.ref}
    query = request.META.get("QUERY_STRING", "")
    address = reverse(request.resolver_match.view_name, kwargs=there)
    raise MovedError(f"{address}?{query}" if query else address)


def investor_frame(request: StaffRequest, investor: Investor) -> dict[str, Any]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    tabs = [
        ("investor_detail", _("Overview")),
        ("investor_timeline", _("Timeline")),
        ("investor_changes", _("Changes")),
    ]
    return {
        "title": investor.name,
        "investor": investor,
        "may_edit": may_edit_investor(request.user, investor),
        "may_record": request.user.may(Act.RECORD),
        "may_merge": request.user.may(Act.MERGE),
        "tabs": [
            {
                "label": label,
                "address": reverse(f"investors:{name}", args=[investor.ref]),
                "active": here == f"investors:{name}",
                "count": None,
            }
            for name, label in tabs
        ],
    }


@requires(Act.READ)
def investor_detail(request: StaffRequest, ref: str) -> HttpResponse:
    investor, user = get_investor(request, ref), request.user
    leads = Lead.objects.visible_to(user).filter(investor=investor).select_related("owner")
    contacts = Contact.objects.visible_to(user).filter(investor=investor, merged_into=None)
    context = investor_frame(request, investor) | _beside(investor, user)
    context |= {
        "leads": leads.order_by(F("archived_at").asc(nulls_first=True), "-received_at"),
        "contacts": contacts.select_related("known_through").order_by(
            F("archived_at").asc(nulls_first=True), "-is_active", "name"
        ),
        "above": _above(investor, user),
        "website": _address_of(investor.website),
    }
    return TemplateResponse(request, "investors/investor_detail.html", context)


def _address_of(website: str) -> str:
    """A website that was typed without its scheme, as an address; nothing for other words."""
    if website.startswith(("http://", "https://")):
        return website
    looks_like_one = "." in website and " " not in website and ":" not in website
    return f"https://{website}" if looks_like_one else ""


def _beside(investor: Investor, user: User) -> dict[str, Any]:
    """Its organisation, if the reader may see it, what ties that to clusters, and what it
    controls: one query."""
    below = Investor.objects.visible_to(user).live().filter(parent=investor)
    reads = {"below": Read(below, ("ref", "name", "control_country"), order=str)}
    if (key := investor.organisation_id) is not None:
        visible = Organisation.objects.visible_to(user).filter(pk=key)
        reads["organisation"] = Read(visible, ("ref", "name", "kind"))
        reads |= tie_reads([key], user)
    read = read_together(reads)
    organisation = next(iter(read.get("organisation", ())), None)
    return {
        "organisation": organisation,
        "ties": ties_in(read)[organisation.pk] if organisation else [],
        "below": read["below"],
    }


def _above(investor: Investor, user: User) -> list[Investor]:
    """The group above it, the top first, as far up as the reader may see."""
    chain: list[Investor] = []
    key = investor.parent_id
    while key is not None and len(chain) < GROUP_DEPTH:
        parent = Investor.objects.visible_to(user).filter(pk=key).first()
        if parent is None:
            break
        chain.insert(0, parent)
        key = parent.parent_id
    return chain


@requires(Act.READ)
def investor_timeline(request: StaffRequest, ref: str) -> HttpResponse:
    """What has happened on all its leads that the reader may see; for htmx that alone."""
    investor = get_investor(request, ref)
    context = {"timeline": asked_timeline(request, investor), "path": request.path}
    if not request.htmx:
        context |= investor_frame(request, investor)
    part, whole = "components/timeline.html", "investors/investor_timeline.html"
    response = TemplateResponse(request, part if request.htmx else whole, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@requires(Act.READ)
def investor_changes(request: StaffRequest, ref: str) -> HttpResponse:
    investor = get_investor(request, ref)
    contacts = Contact.objects.visible_to(request.user).filter(investor=investor)
    changes = changes_of(request.user, [investor, contacts], before=request.GET.get("before"))
    context = investor_frame(request, investor) | {"changes": changes}
    return TemplateResponse(request, "investors/investor_changes.html", context)


@requires(Act.RECORD)
def investor_create(request: StaffRequest) -> HttpResponse:
    form = NewInvestorForm(request.POST or None, user=request.user)
    if form.carry_out(lambda: create_investor(actor=request.user, fields=form.changes)):
        messages.success(request, _("The investor is on record."))
        return redirect(form.result)
    return form_page(request, form, title=_("New investor"), back="investors:investor_list")


@requires(Act.RECORD)
@transaction.atomic
def investor_edit(request: StaffRequest, ref: str) -> HttpResponse:
    follow_merged(request, Investor, ref)
    investor = locked(request, Investor.objects.visible_to(request.user), ref=ref)
    require(may_edit_investor(request.user, investor))
    title, back = _("Edit %s") % investor, investor.get_absolute_url()
    form = InvestorForm(request.POST or None, instance=investor, user=request.user)

    def act() -> Investor:
        return edit_investor(actor=request.user, investor=investor, changes=form.changes)

    if form.carry_out(act):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form, title=title, back=back)


@requires(Act.RECORD)
def investor_archive(request: StaffRequest, ref: str) -> HttpResponse:
    investor = get_investor(request, ref)
    require(may_edit_investor(request.user, investor))
    form = ReasonForm(request.POST or None)

    def act() -> Investor:
        reason = form.cleaned_data["reason"]
        return archive_investor(actor=request.user, investor=investor, reason=reason)

    if form.carry_out(act):
        messages.success(request, _("Archived."))
        return redirect(investor)
    title = _("Archive %s?") % investor
    return confirm_page(request, form, title=title, submit=_("Archive"), back=investor, danger=True)


@requires(Act.RECORD)
def investor_restore(request: StaffRequest, ref: str) -> HttpResponse:
    investor = get_investor(request, ref)
    require(may_edit_investor(request.user, investor))
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: restore_investor(actor=request.user, investor=investor)):
        messages.success(request, _("Restored."))
        return redirect(investor)
    title = _("Restore %s?") % investor
    return confirm_page(request, form, title=title, submit=_("Restore"), back=investor)


@requires(Act.READ)
def organisation_investors(request: StaffRequest, ref: str) -> HttpResponse:
    """On an organisation's page: the investors that it is, with their leads."""
    rows = Organisation.objects.visible_to(request.user)
    organisation = get_object_or_404(rows, ref=ref)
    investors = Investor.objects.visible_to(request.user).filter(organisation=organisation)
    leads = Lead.objects.visible_to(request.user).live().filter(investor__in=investors)
    context = {
        "title": _("Investor behind %s") % organisation,
        "organisation": organisation,
        "investors": investors,
        "leads": leads.select_related("investor", "owner"),
        "frame": "region.html" if request.htmx else "base.html",
    }
    return TemplateResponse(request, "investors/organisation_investors.html", context)
