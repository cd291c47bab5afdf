"""The board: leads in columns by stage, and the move of one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from ifa_crm.shared.editing import FAILED, form_page, onward
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors import gates
from investors.choices import CLOSED, EngagementState, Stage, Status
from investors.clocks import Clocks
from investors.filters import SORTS, LeadFilter
from investors.forms.move import MoveForm
from investors.models import Lead
from investors.permissions import awaits_verifier
from investors.services.stages import move_lead
from investors.views.board_page import Board
from investors.views.frame import Need, needs_of
from investors.views.status import own_lead


@requires(Act.READ)
def lead_board(request: StaffRequest) -> HttpResponse:
    mine = {"mine": "1"} if request.user.may(Act.HANDLE_OWN) else {}
    board = Board(
        request,
        rows=Lead.objects.visible_to(request.user),
        filterset=LeadFilter,
        sorts=SORTS,
        default_sort="-received",
        opening=urlencode(mine | {"status": Status.ACTIVE.value}),
    )
    sums_alone = board.is_fragment and board.shows_sums
    return board.answer(
        "investors/_board_sums.html" if sums_alone else "investors/board.html",
        title=_("Board"),
        today=timezone.localdate(),
        clocks=Clocks(),
        may_record=request.user.may(Act.RECORD),
        list_address=board.elsewhere(reverse("investors:lead_list")),
        stages=list(Stage),
    )


@requires(Act.RECORD)
def lead_move(request: StaffRequest, ref: str) -> HttpResponse:
    """To another stage: done, or what is missing with the form for it. htmx gets that alone."""
    lead = own_lead(request, ref)
    asked = request.GET.get("stage", "")
    form = MoveForm(request.POST or None, lead=lead, initial={"stage": asked})
    if form.carry_out(lambda: _move(request, lead, form)):
        done = _("%(lead)s is at “%(stage)s” now.") % {"lead": lead, "stage": form.chosen.label}
        if request.htmx:
            return HttpResponse(status=204, headers={"HX-Trigger": "moved"})
        messages.success(request, done)
        return redirect(onward(request, lead))
    return _what_is_missing(request, lead, form)


def _move(request: StaffRequest, lead: Lead, form: MoveForm) -> bool:
    reason = form.cleaned_data["reason"]
    return move_lead(actor=request.user, lead=lead, stage=form.chosen, reason=reason)


def _what_is_missing(request: StaffRequest, lead: Lead, form: MoveForm) -> HttpResponse:
    stage = _asked_stage(form)
    context: dict[str, Any] = {
        "lead": lead,
        "stage": stage,
        "is_back": stage is not None and stage < lead.stage,
        "offers": _offers(request, lead, stage) if form.is_bound and stage else [],
    }
    if not request.htmx:
        title = _("Move: %(lead)s") % {"lead": lead}
        return form_page(
            request,
            form,
            title=title,
            submit=_("Move"),
            back=lead,
            template="investors/lead_move.html",
            intro=_("It is at “%(stage)s”.") % {"stage": lead.get_stage_display()},
            **context,
        )
    context |= {"form": form, "sent_along": onward(request, lead)}
    response = TemplateResponse(request, "investors/_moved.html", context, status=FAILED)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _asked_stage(form: MoveForm) -> Stage | None:
    word = form.data.get("stage") if form.is_bound else ""
    return next((stage for stage in Stage if stage.word == word), None)


def _offers(request: StaffRequest, lead: Lead, stage: Stage) -> list[Need]:
    """The forms that bring the lead to ``stage``, each coming back to where the move began."""
    back = urlencode({"next": onward(request, lead)})
    return [Need(offer.label, _with(offer.address, back)) for offer in _ways(request, lead, stage)]


def _with(address: str, query: str) -> str:
    page, hash_mark, place = address.partition("#")
    return f"{page}{'&' if '?' in page else '?'}{query}{hash_mark}{place}"


def _ways(request: StaffRequest, lead: Lead, stage: Stage) -> list[Need]:
    def way(label: str, name: str) -> Need:
        return Need(label, reverse(name, args=[lead.ref]))

    if lead.status_on(timezone.localdate()) in CLOSED:
        return [way(_("Reopen the lead"), "investors:lead_reopen")]
    match stage:
        case _ if stage < lead.stage:
            return []
        case Stage.CONTACTED:
            log = way(_("Log an e-mail, call or visit"), "investors:interaction_create")
            return [Need(log.label, f"{log.address}?direction=out")]
        case Stage.QUALIFIED | Stage.SHORTLISTED if gates.missing(lead):
            return [
                Need(_("Record %(what)s") % {"what": n.label}, n.address) for n in needs_of(lead)
            ]
        case Stage.SHORTLISTED if lead.shortlist.exists():
            return [way(_("Propose a cluster"), "investors:lead_shortlist")]
        case Stage.SHORTLISTED:
            return [way(_("Shortlist clusters"), "investors:shortlist_choose")]
        case Stage.INTRODUCED:
            return [
                way(_("Record an introduction that was held"), "meetings:introduction_record"),
                way(_("Plan an introduction"), "meetings:introduction_plan"),
            ]
        case Stage.COMMITTED if agreements := _agreements(request, lead):
            return agreements
    return [
        way(_("Join a project under way"), "investors:engagement_join"),
        way(_("Start a new project"), "investors:engagement_start"),
    ]


def _agreements(request: StaffRequest, lead: Lead) -> list[Need]:
    """For each engagement under way, what brings it to a confirmed agreement."""
    found = []
    for engagement in lead.engagements.live().visible_to(request.user).select_related("project"):
        project = {"project": engagement.project}
        if engagement.state == EngagementState.OPEN:
            address = reverse("investors:engagement_agree", args=[engagement.ref])
            found.append(Need(_("Record the agreement: %(project)s") % project, address))
        elif awaits_verifier(request.user, engagement):
            address = reverse("investors:engagement_verify", args=[engagement.ref])
            found.append(Need(_("Confirm the agreement: %(project)s") % project, address))
        else:
            label = _("A second person confirms it: %(project)s") % project
            found.append(Need(label, engagement.get_absolute_url()))
    return found
