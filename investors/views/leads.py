"""Leads: the list, one lead, its changes; begun, copied, edited."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from clusters.models import Organisation
from ifa_crm.shared.editing import form_page, locked, onward
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.shared.standing_queries import Given, standing
from ifa_crm.shared.together import Read
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of
from investors.choices import Answer, Horizon, Mode, Status
from investors.clocks import Clocks
from investors.columns import LEAD_COLUMNS
from investors.filters import SORTS, LeadFilter
from investors.forms.lead import LeadCopyForm, LeadForm, LeadStartForm
from investors.models import Lead
from investors.permissions import may_handle, require
from investors.querysets import lead_is_hidden
from investors.services.leads import edit_lead
from investors.services.quick import start_lead
from investors.ties import tie_reads, ties_in, ties_of
from investors.views.frame import asked_timeline, days_since, get_lead, lead_frame

__all__ = ["get_lead", "lead_frame"]

FAMILY = 10


def lead_page(request: StaffRequest) -> ListPage:
    return ListPage(
        request,
        rows=Lead.objects.visible_to(request.user),
        filterset=LeadFilter,
        sorts=SORTS,
        default_sort="-received",
        columns=LEAD_COLUMNS,
        export=reverse("investors:lead_export"),
    )


lead_export = export_of(lead_page, gettext_lazy("Leads"), name="leads")


@requires(Act.READ)
def lead_list(request: StaffRequest) -> HttpResponse:
    page = lead_page(request)
    return page.answer(
        "investors/lead_list.html",
        title=_("Leads"),
        today=timezone.localdate(),
        clocks=Clocks(),
        may_record=request.user.may(Act.RECORD),
        may_hand_over=request.user.may(Act.HANDLE_OWN),
        may_bulk=request.user.may(Act.HANDLE_OWN),
        quick=_ready_made(request),
        board_address=page.elsewhere(reverse("investors:lead_board")),
        unlisted=_unlisted(request),
    )


def _unlisted(request: StaffRequest) -> int:
    """How many the figure of Today counts that this list, exactly the one behind it, leaves out.

    Said of no other list: whoever could choose the filters could find out which they are.
    """
    shape = {"sort", "size", "page", "more", "cols"}
    asked = {key: value for key, value in request.GET.items() if value and key not in shape}
    if asked != {"status": Status.ACTIVE} or request.user.may(Act.SEE_CONFIDENTIAL):
        return 0

    def build(given: Given) -> "QuerySet[Lead, Any]":
        active = Lead.objects.live().active_on(given.today)
        hidden = active.filter(lead_is_hidden(given.reader)).order_by()
        return hidden.values("restricted").annotate(n=Count("pk")).values("n")

    return sum(row["n"] for row in standing("unlisted", build, Given.by(request.user)))


def _ready_made(request: StaffRequest) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this one) of the lists that people open most."""
    here = {key: value for key, value in request.GET.items() if value}
    lists: list[tuple[str, dict[str, str]]] = [(_("All"), {})]
    if request.user.may(Act.HANDLE_OWN):
        lists.append((_("Mine"), {"mine": "1"}))
        lists.append((_("Mine, overdue"), {"mine": "1", "next": "overdue", "sort": "next"}))
        lists.append((_("Mine, to answer"), {"mine": "1", "reply": "waiting", "sort": "reply"}))
    lists.append((pgettext("leads", "Active"), {"status": "active"}))
    lists.append((_("Nobody’s"), {"owner": "none", "status": "active"}))
    return [
        (label, f"?{urlencode(query)}" if query else request.path, query == here)
        for label, query in lists
    ]


@requires(Act.READ)
def lead_detail(request: StaffRequest, ref: str) -> HttpResponse:
    """The lead; for htmx its timeline alone."""
    lead = get_lead(request, ref)
    context: dict[str, Any] = {"timeline": asked_timeline(request, lead), "path": request.path}
    if not request.htmx:
        frame = lead_frame(request, lead, _fact_reads)
        context |= frame | _facts(lead, frame["read"]) | {"log_kinds": _log_kinds()}
    template = "components/timeline.html" if request.htmx else "investors/lead_detail.html"
    response = TemplateResponse(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _log_kinds() -> list[tuple[str, str, str]]:
    return [
        ("email", _("E-mail"), "envelope"),
        ("call", _("Call"), "phone"),
        ("visit", _("Visit"), "building-office-2"),
        ("note", _("Note"), "document-text"),
    ]


def _fact_reads(lead: Lead, organisation: Any, user: User) -> dict[str, Read]:
    """What the overview reads besides the frame."""
    labels = ("label_en", "label_fr")
    family = Lead.objects.visible_to(user).live().filter(investor=lead.investor_id)
    some = family.exclude(pk=lead.pk).order_by("-received_at", "-pk").values("pk")[:FAMILY]
    reads = {
        "objectives": Read(
            lead.objectives.all(), (*labels, "order"), order=lambda row: (row.order, row.pk)
        ),
        "sectors": Read(lead.sectors.all(), labels, order=str),
        "topics": Read(lead.topics.all(), ("name_en", "name_fr"), order=str),
        "regions": Read(lead.preferred_regions.all(), ("name",), order=str),
        "files": Read(lead.attachments.all(), ("ref", "name", "size"), order=lambda f: -f.pk),
        "family": Read(
            Lead.objects.filter(pk__in=some),
            ("ref", "title", "stage", "received_at"),
            order=lambda other: (-other.received_at.timestamp(), -other.pk),
        ),
    }
    if organisation is not None:
        visible = Organisation.objects.visible_to(user).filter(pk=organisation)
        reads["organisation"] = Read(visible, ("ref", "name"))
        reads |= {f"ties.{name}": read for name, read in tie_reads([organisation], user).items()}
    return reads


def _facts(lead: Lead, read: dict[str, list[Any]]) -> dict[str, Any]:
    """What the overview says besides the frame."""
    organisation = next(iter(read.get("organisation", ())), None)
    prefix = "ties."
    tied = {k.removeprefix(prefix): v for k, v in read.items() if k.startswith(prefix)}
    return {
        "many": [
            (_("Objectives"), read["objectives"]),
            (_("Sectors"), read["sectors"]),
            (_("Topics"), read["topics"]),
            (_("Preferred regions"), read["regions"]),
        ],
        "answers": _answers(lead),
        "organisation": organisation,
        "ties": ties_in(tied)[organisation.pk] if organisation else [],
        "family": read["family"],
        "files": read["files"],
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
        said=form.heard,
        by_rules=form.cleaned_data["by_rules"],
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
        return redirect(onward(request, lead))
    return form_page(request, form, title=title, back=lead.get_absolute_url())
