"""Leads: the list, one lead, its changes; begun, copied, edited."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clusters.models import Organisation
from ifa_crm.shared.editing import form_page, locked
from ifa_crm.shared.extend import timeline_of
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.choices import Answer, Horizon, Mode, Status
from investors.filters import SORTS, LeadFilter
from investors.forms.lead import LeadCopyForm, LeadForm, LeadStartForm
from investors.models import Lead
from investors.permissions import may_handle, require
from investors.querysets import lead_is_hidden
from investors.services.leads import edit_lead
from investors.services.quick import start_lead
from investors.ties import ties_of
from investors.views.frame import days_since, get_lead, lead_frame

__all__ = ["get_lead", "lead_frame"]

TIMELINE_LENGTH = 60


@requires(Act.READ)
def lead_list(request: StaffRequest) -> HttpResponse:
    page = ListPage(
        request,
        rows=Lead.objects.visible_to(request.user),
        filterset=LeadFilter,
        sorts=SORTS,
        default_sort="-received",
        show=_shown,
    )
    return page.answer(
        "investors/lead_list.html",
        title=_("Leads"),
        today=timezone.localdate(),
        may_record=request.user.may(Act.RECORD),
        quick=_ready_made(request),
        unlisted=_unlisted(request),
    )


def _unlisted(request: StaffRequest) -> int:
    """How many the figure of Today counts that this list, exactly the one behind it, leaves out.

    Said of no other list: whoever could choose the filters could find out which they are.
    """
    shape = {"sort", "size", "page", "more"}
    asked = {key: value for key, value in request.GET.items() if value and key not in shape}
    if asked != {"status": Status.ACTIVE} or request.user.may(Act.SEE_CONFIDENTIAL):
        return 0
    active = Lead.objects.live().active_on(timezone.localdate())
    return active.filter(lead_is_hidden(request.user)).count()


def _shown(rows: Any) -> Any:
    """What the table says of the rows of one page."""
    return rows.select_related("investor", "owner").with_next_action().with_last_contact()


def _ready_made(request: StaffRequest) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one) of the lists that people open most."""
    here = {key: value for key, value in request.GET.items() if value}
    lists: list[tuple[str, dict[str, str]]] = [(_("All"), {})]
    if request.user.may(Act.HANDLE_OWN):
        lists.append((_("Mine"), {"mine": "1"}))
        lists.append((_("Mine, overdue"), {"mine": "1", "next": "overdue", "sort": "next"}))
    lists.append((pgettext("leads", "Active"), {"status": "active"}))
    lists.append((_("Nobody’s"), {"owner": "none", "status": "active"}))
    return [
        (label, f"?{urlencode(query)}" if query else request.path, query == here)
        for label, query in lists
    ]


@requires(Act.READ)
def lead_detail(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    entries = timeline_of(lead, request.user)
    shown = entries if request.GET.get("all") == "1" else entries[:TIMELINE_LENGTH]
    context = lead_frame(request, lead) | _facts(request, lead)
    context |= {"timeline": shown, "older": len(entries) - len(shown), "log_kinds": _log_kinds()}
    return TemplateResponse(request, "investors/lead_detail.html", context)


def _log_kinds() -> list[tuple[str, str, str]]:
    return [
        ("email", _("E-mail"), "envelope"),
        ("call", _("Call"), "phone"),
        ("visit", _("Visit"), "building-office-2"),
        ("note", _("Note"), "document-text"),
    ]


def _facts(request: StaffRequest, lead: Lead) -> dict[str, Any]:
    """What the overview says besides the frame."""
    user, investor = request.user, lead.investor
    organisation = None
    if investor.organisation_id is not None:
        rows = Organisation.objects.visible_to(user)
        organisation = rows.filter(pk=investor.organisation_id).first()
    ties = ties_of([organisation], user)[organisation.pk] if organisation else []
    others = Lead.objects.visible_to(user).live().filter(investor=investor).exclude(pk=lead.pk)
    return {
        "many": [
            (_("Objectives"), lead.objectives.all()),
            (_("Sectors"), lead.sectors.all()),
            (_("Preferred regions"), lead.preferred_regions.all()),
        ],
        "answers": _answers(lead),
        "organisation": organisation,
        "ties": ties,
        "family": others.only("ref", "title", "stage")[:10],
        "files": lead.attachments.all(),
        "stage_days": days_since(lead.stage_since, timezone.localdate()),
    }


def _answers(lead: Lead) -> list[dict[str, Any]]:
    """What they said when asked, or that they were not asked, do not know, will not say."""
    unsaid = {Mode.NOT_ASKED, Mode.DOES_NOT_KNOW, Mode.WILL_NOT_SAY}
    chosen = [
        (_("Join or start"), lead.get_mode_display(), lead.mode not in unsaid),
        (_("Horizon"), lead.get_horizon_display(), lead.horizon != Horizon.NOT_ASKED),
    ]
    counted = [
        (_("R&D budget"), "budget", lead.budget_amount, lead.budget_currency),
        (_("Investment"), "investment", lead.investment_amount, lead.investment_currency),
        (_("Jobs"), "jobs", lead.jobs, ""),
    ]
    for label, name, number, currency in counted:
        given = getattr(lead, f"{name}_answer") == Answer.GIVEN
        shown = number_format(number or 0, decimal_pos=0, force_grouping=True) if given else ""
        text = f"{currency}\u00a0{shown}".strip() if given else _display(lead, name)
        chosen.append((label, text, given))
    chosen.append(
        (_("Confidential"), lead.get_confidential_display(), lead.confidential != "not asked")
    )
    return [{"label": label, "text": text, "given": given} for label, text, given in chosen]


def _display(lead: Lead, name: str) -> str:
    return str(getattr(lead, f"get_{name}_answer_display")())


@requires(Act.READ)
def lead_changes(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    parts: list[Any] = [lead, lead.interactions.all(), lead.actions.all(), lead.attachments.all()]
    parts += [lead.admissions.all(), lead.shortlist.all(), lead.outcomes.all()]
    parts.append(lead.engagements.visible_to(request.user))
    changes = changes_of(request.user, parts, before=request.GET.get("before"))
    context = lead_frame(request, lead) | {"changes": changes}
    return TemplateResponse(request, "investors/lead_changes.html", context)


@requires(Act.RECORD)
def lead_create(request: StaffRequest) -> HttpResponse:
    """A new lead in under a minute; ``?investor=`` begins with one on record."""
    form = LeadStartForm(
        request.POST or None,
        user=request.user,
        initial={"company": request.GET.get("investor", "")},
    )
    if form.carry_out(lambda: _start(request, form)):
        lead: Lead = form.result
        messages.success(request, _said_of_ties(request, lead))
        return redirect(lead)
    return form_page(
        request, form, title=_("New lead"), submit=_("Create the lead"), back="investors:lead_list"
    )


def _start(request: StaffRequest, form: LeadStartForm) -> Lead:
    return start_lead(
        actor=request.user,
        investor=form.investor,
        fields=form.lead_fields,
        following=form.following,
        contact=form.contact,
    )


def _said_of_ties(request: StaffRequest, lead: Lead) -> str:
    """That the company is already with a cluster, if it is."""
    organisation = lead.investor.organisation
    visible = Organisation.objects.visible_to(request.user)
    if organisation is None or not visible.filter(pk=organisation.pk).exists():
        return _("The lead is on record.")
    ties = ties_of([organisation], request.user)[organisation.pk]
    if not ties:
        return _("The lead is on record.")
    known = {"name": organisation.name, "ties": "; ".join(str(tie) for tie in ties[:3])}
    return _("The lead is on record. %(name)s is already known: %(ties)s.") % known


@requires(Act.RECORD)
def lead_copy(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    form = LeadCopyForm(request.POST or None, user=request.user, lead=lead)
    if form.carry_out(
        lambda: start_lead(
            actor=request.user,
            investor=lead.investor,
            fields=form.lead_fields,
            following=form.following,
            contact=form.contact,
            copied_from=lead,
        )
    ):
        messages.success(request, _("The new need is on record."))
        return redirect(form.result)
    title = _("New need of %(investor)s") % {"investor": lead.investor}
    return form_page(request, form, title=title, submit=_("Create the lead"), back=lead)


@requires(Act.RECORD)
@transaction.atomic
def lead_edit(request: StaffRequest, ref: str) -> HttpResponse:
    lead = locked(request, Lead.objects.visible_to(request.user), ref=ref)
    require(may_handle(request.user, lead))
    title = _("Edit %(lead)s") % {"lead": lead}
    form = LeadForm(request.POST or None, instance=lead)
    if form.carry_out(lambda: edit_lead(actor=request.user, lead=lead, changes=form.changes)):
        messages.success(request, _("Saved."))
        return redirect(lead)
    return form_page(request, form, title=title, back=lead.get_absolute_url())
