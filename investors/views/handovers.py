"""Handovers: prepared, read through lead by lead, confirmed, taken over."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ifa_crm.shared.editing import confirm_page, form_page, onward
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import Absence, User
from ifa_crm.staff.roles import Act
from ifa_crm.work.models import Job
from investors.choices import HandedState, Status
from investors.dossiers import dossiers_of
from investors.forms.handover import HandoverForm, NoteForm
from investors.models import HandedLead, Handover, Lead
from investors.permissions import require
from investors.services import handover as handing
from investors.services.handover_back import may_end

LISTED = 200  # leads to tick; "all of this list" takes the others as well
RECENT = 100


@requires(Act.HANDLE_OWN)
def handover_list(request: StaffRequest) -> HttpResponse:
    rows = Handover.objects.visible_to(request.user).select_related("giver", "receiver")
    context = {
        "title": _("Handovers"),
        "handovers": rows.with_counts().order_by("-made_at", "-pk")[:RECENT],
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, "investors/handover_list.html", context)


# --- prepared -----------------------------------------------------------------------------------


@requires(Act.HANDLE_OWN)
def handover_start(request: StaffRequest) -> HttpResponse:
    """Whose leads (``?from=``), which of them, to whom."""
    giver = _giver(request)
    require(handing.may_hand_over(request.user, giver))
    status = request.GET.get("status", "")
    rows = _of(request.user, giver, status)
    form = HandoverForm(request.POST or None, rows=rows, initial=_proposed(request))

    def act() -> Handover:
        return handing.prepare(actor=request.user, giver=giver, terms=form.terms, leads=form.chosen)

    if form.carry_out(act):
        return redirect(form.result)
    return form_page(
        request,
        form,
        title=_("Hand over the leads of %(name)s") % {"name": giver},
        submit=_("Go on: read them through"),
        back="investors:handover_list",
        template="investors/handover_start.html",
        giver=giver,
        others=_people(request.user),
        status=status,
        statuses=[("", _("Active and waiting")), *Status.choices],
        leads=rows.select_related("investor").order_by("next_due", "pk")[:LISTED],
        count=rows.count(),
        ticked=set(request.POST.getlist("leads")),
    )


def _giver(request: StaffRequest) -> User:
    asked = request.GET.get("from", "")
    if not asked:
        return request.user
    found: User = get_object_or_404(User.objects.select_related("office"), username=asked)
    return found


def _people(user: User) -> "QuerySet[User] | list[User]":
    """Whose leads they may hand over, leavers among them."""
    if not user.may(Act.REASSIGN):
        return []
    live = Lead.objects.live().order_by()
    # Asked of each person: joined, every lead owned would meet every lead deputised for.
    has_own = Exists(live.filter(owner=OuterRef("pk")))
    has_deputised = Exists(live.filter(deputy=OuterRef("pk")))
    return User.objects.filter(Q(pk=user.pk) | has_own | has_deputised)


def _of(user: User, giver: User, status: str) -> "QuerySet[Lead]":
    rows = Lead.objects.visible_to(user).live().of(giver)
    if status in Status.values:
        return rows.in_status_on(Status(status), timezone.localdate())
    return rows.filter(status__in=[Status.ACTIVE, Status.WAITING])


def _proposed(request: StaffRequest) -> dict[str, Any]:
    """What a link knew already: who stands in, until when."""
    receiver = User.objects.offered().filter(username=request.GET.get("to", "")).first()
    return {"receiver": receiver, "until": request.GET.get("until", "") or None}


def visible_handover(request: StaffRequest, ref: str) -> Handover:
    rows = Handover.objects.visible_to(request.user).with_counts()
    found: Handover = get_object_or_404(
        rows.select_related("giver", "receiver", "made_by"), ref=ref
    )
    return found


def _rows(request: StaffRequest, handover: Handover) -> "QuerySet[HandedLead]":
    """Its leads, as far as the reader sees them."""
    rows = HandedLead.objects.visible_to(request.user).filter(handover=handover)
    return rows.select_related("lead__investor", "lead__owner", "handover").order_by("pk")


@requires(Act.HANDLE_OWN)
def handover_detail(request: StaffRequest, ref: str) -> HttpResponse:
    handover = visible_handover(request, ref)
    rows = list(_rows(request, handover))
    today = timezone.localdate()
    may_change = handing.may_hand_over(request.user, handover.giver)
    context = {
        "title": str(handover),
        "handover": handover,
        "rows": rows,
        "hidden": getattr(handover, "n_leads", 0) - len(rows),
        "today": today,
        "may_change": may_change and handover.is_draft,
        "may_end": may_end(request.user, handover) and handover.is_lent,
        "away": _away(handover) if handover.is_draft else [],
        "is_receiver": request.user.pk == handover.receiver_id,
        "other_actions": []
        if handover.giver.is_active or not handover.is_draft
        else handing.other_actions(request.user, handover),
        "job": _job(handover, rows),
        "HandedState": HandedState,
    }
    return TemplateResponse(request, "investors/handover_detail.html", context)


def _away(handover: Handover) -> "list[Absence]":
    """When whoever takes over is away themselves: today, or before the leads go back."""
    today, day = timezone.localdate(), dt.timedelta(days=1)
    last = handover.until - day if handover.until else today
    return list(handover.receiver.absences_between(today, last))


def _job(handover: Handover, rows: list[HandedLead]) -> Job | None:
    """The job that moves the leads, while it does."""
    waits = not handover.is_draft and any(row.state == HandedState.PLANNED for row in rows)
    if not waits:
        return None
    jobs = Job.objects.filter(kind=handing.JOB, arguments={"handover": handover.pk})
    return jobs.order_by("-pk").first()


@requires(Act.HANDLE_OWN)
def handover_print(request: StaffRequest, ref: str) -> HttpResponse:
    """The whole of it to read or to print, one section a lead."""
    handover = visible_handover(request, ref)
    context = {
        "title": _("Handover list"),
        "handover": handover,
        "dossiers": dossiers_of(list(_rows(request, handover)), request.user),
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, "investors/handover_print.html", context)


# --- read through -------------------------------------------------------------------------------


@requires(Act.HANDLE_OWN)
def handover_lead(request: StaffRequest, ref: str, lead: str) -> HttpResponse:
    """One lead: promised, open, coming; a note to whoever takes over."""
    handover = visible_handover(request, ref)
    refs = list(_rows(request, handover).values_list("lead__ref", flat=True))
    if lead not in refs:
        raise Http404
    place = refs.index(lead)
    [dossier] = dossiers_of(list(_rows(request, handover).filter(lead__ref=lead)), request.user)
    handed = dossier.handed
    may_change = handover.is_draft and handing.may_hand_over(request.user, handover.giver)
    form = NoteForm(request.POST or None, initial={"note": handed.note})
    following = refs[place + 1] if place + 1 < len(refs) else ""

    def act() -> HandedLead:
        note = form.cleaned_data["note"]
        return handing.write_note(actor=request.user, handed=handed, note=note)

    if request.method == "POST":
        require(may_change)
    if form.carry_out(act):
        messages.success(request, _("Saved."))
        to = redirect("investors:handover_lead", ref, following) if following else None
        return to or redirect(handover)
    return form_page(
        request,
        form,
        title=str(handed.lead),
        submit=_("Save, and the next one") if following else _("Save"),
        back=handover,
        template="investors/handover_lead.html",
        handover=handover,
        dossier=dossier,
        may_change=may_change,
        place=place + 1,
        total=len(refs),
        previous=refs[place - 1] if place else "",
        following=following,
        may_acknowledge=request.user.pk == handover.receiver_id and handed.is_to_take_over,
        today=timezone.localdate(),
    )


@require_POST
@requires(Act.HANDLE_OWN)
def handover_leave_out(request: StaffRequest, ref: str, lead: str) -> HttpResponse:
    handover = visible_handover(request, ref)
    handed = get_object_or_404(_rows(request, handover), lead__ref=lead)
    form = ConfirmForm(request.POST)
    if form.carry_out(lambda: handing.leave_out(actor=request.user, handed=handed)):
        messages.success(request, _("%(lead)s is left out.") % {"lead": handed.lead})
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect(handover)


@requires(Act.HANDLE_OWN)
def handover_discard(request: StaffRequest, ref: str) -> HttpResponse:
    handover = visible_handover(request, ref)
    require(handing.may_hand_over(request.user, handover.giver))
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: handing.discard(actor=request.user, handover=handover)):
        messages.success(request, _("Discarded; nothing was handed over."))
        return redirect("investors:handover_list")
    title = _("Discard this handover?")
    return confirm_page(request, form, title=title, submit=_("Discard"), back=handover, danger=True)


# --- handed over, taken over --------------------------------------------------------------------


@requires(Act.HANDLE_OWN)
def handover_confirm(request: StaffRequest, ref: str) -> HttpResponse:
    handover = visible_handover(request, ref)
    require(handing.may_hand_over(request.user, handover.giver))
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    count = handover.leads.count()
    if form.carry_out(lambda: handing.confirm(actor=request.user, handover=handover)):
        _say_confirmed(request, handover, form.result)
        return redirect(handover)
    words = ngettext("Hand over %(n)d lead?", "Hand over %(n)d leads?", count) % {"n": count}
    intro = _("From %(giver)s to %(receiver)s, with what is to be done on them.")
    names = {"giver": handover.giver, "receiver": handover.receiver}
    return confirm_page(
        request, form, title=words, intro=intro % names, submit=_("Hand over"), back=handover
    )


def _say_confirmed(request: StaffRequest, handover: Handover, job: Job | None) -> None:
    if job is not None:
        messages.info(request, _("The leads are being handed over; you may leave this page."))
        return
    moved = handover.leads.filter(state=HandedState.MOVED).count()
    refused = handover.leads.filter(state=HandedState.REFUSED).count()
    said = ngettext("%(n)d lead was handed over.", "%(n)d leads were handed over.", moved)
    messages.success(request, said % {"n": moved})
    if refused:
        said = ngettext("%(n)d was not; see why below.", "%(n)d were not; see why below.", refused)
        messages.warning(request, said % {"n": refused})


@require_POST
@requires(Act.HANDLE_OWN)
@transaction.atomic
def handover_acknowledge(request: StaffRequest, ref: str, lead: str) -> HttpResponse:
    """The receiver goes on from here."""
    handover = visible_handover(request, ref)
    handed = get_object_or_404(_rows(request, handover), lead__ref=lead)
    form = ConfirmForm(request.POST)
    if form.carry_out(lambda: handing.acknowledge(actor=request.user, handed=handed)):
        messages.success(request, _("You have taken over %(lead)s.") % {"lead": handed.lead})
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect(onward(request, handover))
