"""What clusters are, who pays for them, and which calls are open."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clusters.choices import Tier
from clusters.columns import CALL_COLUMNS, PROGRAMME_COLUMNS
from clusters.filters import CallFilter, ProgrammeFilter
from clusters.forms.funding import CallForm, LineFormSet, ProgrammeForm
from clusters.models import Call, Cluster, FundingLine, FundingProgramme
from clusters.reading import programme_rows, rate_table
from clusters.services.funding import save_call, save_programme
from clusters.views.archiving import archive_page, restore_page
from ifa_crm.shared.editing import form_page, locked
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of

PUBLISHED_PROGRAMME = "clusters-2006-2008"


@require_safe
@requires(Act.READ)
def about(request: StaffRequest) -> HttpResponseBase:
    """What the published text says about clusters as such, in sentences."""
    programme = FundingProgramme.objects.filter(slug=PUBLISHED_PROGRAMME).first()
    published = Cluster.objects.filter(source_line__isnull=False)
    tiers = list(published.order_by().values_list("tier", flat=True))
    context = {
        "title": _("What competitive clusters are"),
        "programme": programme,
        "lines": programme_rows(programme) if programme else [],
        "count": len(tiers),
        "international": tiers.count(Tier.INTERNATIONAL),
        "national": tiers.count(Tier.NATIONAL),
        "reference_year": settings.REFERENCE_YEAR,
    }
    return TemplateResponse(request, "clusters/about.html", context)


# --- Programmes --------------------------------------------------------------------------


def programme_page(request: StaffRequest) -> ListPage:
    return ListPage(
        request,
        rows=FundingProgramme.objects.all(),
        filterset=ProgrammeFilter,
        sorts={"years": ("first_year",)},
        default_sort="-years",
        show=lambda rows: rows.prefetch_related("lines"),
        columns=PROGRAMME_COLUMNS,
        export=reverse("clusters:programme_export"),
    )


programme_export = export_of(programme_page, gettext_lazy("Funding"), name="funding")


@require_safe
@requires(Act.READ)
def programme_list(request: StaffRequest) -> HttpResponseBase:
    return programme_page(request).answer(
        "clusters/programme_list.html",
        title=_("Funding"),
        lead=_(
            "Programmes of public funding, and the rates that make amounts in other currencies "
            "comparable."
        ),
        rates=rate_table(request.GET.get("currency", "")),
        may_edit=request.user.may(Act.EDIT_CLUSTERS),
    )


@require_safe
@requires(Act.READ)
def programme_detail(request: StaffRequest, slug: str) -> HttpResponseBase:
    programme = get_object_or_404(FundingProgramme, slug=slug)
    lines = programme_rows(programme)
    context = {
        "title": programme.name,
        "programme": programme,
        "lines": lines,
        "calls": programme.calls.live(),
        "may_edit": request.user.may(Act.EDIT_CLUSTERS),
    }
    return TemplateResponse(request, "clusters/programme_detail.html", context)


@requires(Act.EDIT_CLUSTERS)
def programme_create(request: StaffRequest) -> HttpResponseBase:
    form = ProgrammeForm(request.POST or None)
    lines = LineFormSet(request.POST or None, queryset=FundingLine.objects.none(), prefix="lines")
    _check(form, lines)
    if form.carry_out(lambda: _saved(request, form, lines)):
        messages.success(request, _("The programme is on record."))
        return redirect(form.result)
    return _programme_page(request, form, lines, _("New funding programme"), None)


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def programme_edit(request: StaffRequest, slug: str) -> HttpResponseBase:
    programme = locked(request, FundingProgramme.objects.all(), slug=slug)
    title, back = _("Edit %s") % programme, programme.get_absolute_url()
    form = ProgrammeForm(request.POST or None, instance=programme)
    rows = FundingLine.objects.filter(programme=programme)
    lines = LineFormSet(request.POST or None, queryset=rows, prefix="lines")
    _check(form, lines)
    if form.carry_out(lambda: _saved(request, form, lines)):
        messages.success(request, _("Saved."))
        return redirect(back)
    return _programme_page(request, form, lines, title, back)


def _check(form: ProgrammeForm, lines: Any) -> None:
    """A programme is saved with its lines or not at all."""
    if lines.is_bound and not lines.is_valid():
        form.add_error(None, _("A line below is not complete."))


def _saved(request: StaffRequest, form: ProgrammeForm, lines: Any) -> FundingProgramme:
    kept = [line for line in lines.forms if line.is_kept(lines.deleted_forms)]
    return save_programme(
        actor=request.user,
        programme=form.save(commit=False),
        lines=[line.save(commit=False) for line in kept],
    )


def _programme_page(
    request: StaffRequest, form: ProgrammeForm, lines: Any, title: str, back: Any
) -> HttpResponseBase:
    return form_page(
        request,
        form,
        title=title,
        back=back or "clusters:programme_list",
        template="clusters/programme_form.html",
        lines=lines,
    )


# --- Calls -------------------------------------------------------------------------------


def call_page(request: StaffRequest) -> ListPage:
    day = timezone.localdate()

    def shown(rows: Any) -> Any:
        return rows.with_state(day).select_related("programme")

    return ListPage(
        request,
        rows=Call.objects.all(),
        filterset=CallFilter,
        sorts={"closes": ("closes_on",), "opens": ("opens_on",)},
        default_sort="-closes",
        show=shown,
        columns=CALL_COLUMNS,
        export=reverse("clusters:call_export"),
    )


call_export = export_of(call_page, gettext_lazy("Calls for projects"), name="calls")


@require_safe
@requires(Act.READ)
def call_list(request: StaffRequest) -> HttpResponseBase:
    return call_page(request).answer(
        "clusters/call_list.html",
        title=_("Calls for projects"),
        may_edit=request.user.may(Act.EDIT_CLUSTERS),
    )


@require_safe
@requires(Act.READ)
def call_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    call = get_object_or_404(Call.objects.select_related("programme", "archived_by"), ref=ref)
    may_edit = request.user.may(Act.EDIT_CLUSTERS)
    context = {
        "title": call.name,
        "call": call,
        "state": call.state_on(timezone.localdate()),
        "conditions": call.conditions.all(),
        "may_edit": may_edit and not call.is_archived,
        "may_restore": may_edit and call.is_archived,
    }
    return TemplateResponse(request, "clusters/call_detail.html", context)


@requires(Act.EDIT_CLUSTERS)
def call_create(request: StaffRequest) -> HttpResponseBase:
    form = CallForm(request.POST or None)
    if form.carry_out(lambda: _saved_call(request, form)):
        messages.success(request, _("The call is on record."))
        return redirect(form.result)
    title = _("New call for projects")
    return form_page(request, form, title=title, back="clusters:call_list", submit=_("Record it"))


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def call_edit(request: StaffRequest, ref: str) -> HttpResponseBase:
    call = locked(request, Call.objects.all(), ref=ref)
    title, back = _("Edit %s") % call, call.get_absolute_url()
    form = CallForm(request.POST or None, instance=call)
    if form.carry_out(lambda: _saved_call(request, form)):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form, title=title, back=back)


def _saved_call(request: StaffRequest, form: CallForm) -> Call:
    conditions = form.cleaned_data["conditions"]
    return save_call(actor=request.user, call=form.save(commit=False), conditions=conditions)


@requires(Act.EDIT_CLUSTERS)
def call_archive(request: StaffRequest, ref: str) -> HttpResponseBase:
    call = get_object_or_404(Call.objects.live(), ref=ref)
    consequence = _("It leaves the list of calls. Its history stays.")
    return archive_page(request, call, consequence)


@requires(Act.EDIT_CLUSTERS)
def call_restore(request: StaffRequest, ref: str) -> HttpResponseBase:
    call = get_object_or_404(Call.objects.archived(), ref=ref)
    return restore_page(request, call)
