"""Leads for a cluster, leads for an open seat, and the board of open seats."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clusters.models import Cluster, OpenSeat
from clusters.views.frame import cluster_frame
from ifa_crm.shared.editing import form_page, onward
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors import fit
from investors.choices import ShortlistState
from investors.filters_matching import ClusterMatchFilter, SeatMatchFilter
from investors.fit_columns import column_of
from investors.forms.matching import SuggestForm
from investors.match_page import MatchPage
from investors.matches import match_leads, match_to_seat
from investors.models import Lead, Shortlisting
from investors.seat_board import Board, Way
from investors.seat_matching import MOVING, Topics, open_seats, pairs_for, ranked, topics_of
from investors.services import fit_columns
from investors.services.suggesting import suggest
from investors.views.frame import get_lead

A_WEEK = dt.timedelta(days=7)


def _moving(request: StaffRequest) -> Any:
    """The leads that somebody may still be introduced for, as far as the reader sees them."""
    return Lead.objects.visible_to(request.user).live().filter(status__in=MOVING)


def _shown(there: Any) -> Any:
    """What a row needs, with how far the lead has come with one of the clusters ``there``."""
    state = there.filter(lead=OuterRef("pk")).order_by("-state_since").values("state")[:1]
    return lambda rows: (
        rows.select_related("investor", "owner", "office")
        .with_next_action()
        .annotate(there=Subquery(state))
    )


def _told(leads: Any) -> None:
    """Say in words how far each has come."""
    for lead in leads:
        lead.there_label = ShortlistState(lead.there).label if lead.there else ""


@require_safe
@requires(Act.RECORD)
def cluster_matches(request: StaffRequest, slug: str) -> HttpResponse:
    """The leads that fit a cluster, as the last comparison found them, best first."""
    frame = cluster_frame(request, slug, "cluster_matches")
    cluster = frame["cluster"]
    column = column_of(cluster)
    there = Shortlisting.objects.filter(cluster=cluster)

    def order(values: dict[str, Any]) -> Any:
        if column is None:
            return []
        band = values.get("band")
        return column.in_band(band) if band else column.from_band(fit.POSSIBLE)

    page = MatchPage(
        request,
        rows=_moving(request),
        filterset=ClusterMatchFilter,
        ranked=order,
        condition=lambda values: _unlisted(there, values),
        show=_shown(there),
        default_size=25,
    )
    if column is not None:
        match_leads(page.objects, cluster, column, request.user)
    _told(page.objects)
    return page.answer(
        "investors/cluster_matches.html",
        title=_("Leads for %s") % cluster,
        lead=_("Whose need this cluster answers, best first."),
        cluster=cluster,
        tabs=frame["tabs"],
        run=column and column.run,
        may_refresh=fit_columns.may_refresh(request.user),
        today=timezone.localdate(),
    )


def _unlisted(there: Any, values: dict[str, Any]) -> Q:
    """Those that are not on the shortlist yet, unless all are asked for."""
    return Q() if values.get("listed") else ~Q(Exists(there.filter(lead=OuterRef("pk"))))


@require_POST
@requires(Act.EDIT_CLUSTERS)
def fit_refresh(request: StaffRequest) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if form.carry_out(lambda: fit_columns.refresh(actor=request.user)):
        messages.success(request, _("All leads are being compared anew; look again in a minute."))
    for error in form.non_field_errors():
        messages.info(request, str(error))
    return redirect(onward(request, "clusters:cluster_list"))


# --- open seats ------------------------------------------------------------------------------


def _seat(request: StaffRequest, ref: str, seat: str) -> OpenSeat:
    found: OpenSeat = get_object_or_404(
        open_seats(request.user, timezone.localdate()), ref=seat, project__ref=ref
    )
    return found


@require_safe
@requires(Act.RECORD)
def seat_matches(request: StaffRequest, ref: str, seat: str) -> HttpResponse:
    """The leads whose topics an open seat answers; those that would join first."""
    wanted = _seat(request, ref, seat)
    topics, sought = Topics.read(), topics_of(wanted)
    answered = topics.answered_by(sought)
    spoken = dict(ranked(pairs_for(answered, request.user), answered))
    there = Shortlisting.objects.filter(cluster__project_links__project=wanted.project_id)
    page = MatchPage(
        request,
        rows=_moving(request),
        filterset=SeatMatchFilter,
        ranked=lambda values: list(spoken),
        condition=lambda values: _unlisted(there, values),
        show=_shown(there),
        default_size=25,
    )
    match_to_seat(page.objects, spoken, answered, topics, request.user)
    _told(page.objects)
    return page.answer(
        "investors/seat_matches.html",
        title=_("Leads for the open seat “%s”") % wanted,
        seat=wanted,
        project=wanted.project,
        sought=[topics.rows[pk] for pk in sought],
        may_edit=request.user.may(Act.EDIT_CLUSTERS),
        today=timezone.localdate(),
    )


@require_safe
@requires(Act.READ)
def seat_board(request: StaffRequest) -> HttpResponse:
    """Every seat that can be taken, by topic or by deadline, with the leads it may be for."""
    way = Way.DEADLINE if request.GET.get("by") == Way.DEADLINE else Way.TOPIC
    board = Board.read(request.user, timezone.localdate(), way)
    context = {
        "title": _("Open seats"),
        "board": board,
        "ways": [
            (_("By topic"), reverse("investors:seat_board"), way == Way.TOPIC),
            (_("By deadline"), f"{reverse('investors:seat_board')}?by=deadline", way != Way.TOPIC),
        ],
        "may_match": request.user.may(Act.RECORD),
        "may_edit": request.user.may(Act.EDIT_CLUSTERS),
    }
    return TemplateResponse(request, "investors/seat_board.html", context)


# --- telling the owner -----------------------------------------------------------------------


@requires(Act.RECORD)
def match_suggest(request: StaffRequest, slug: str, lead: str) -> HttpResponse:
    """Something to consider for the owner of a lead: a cluster."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user).live(), slug=slug)
    words = _("Consider %(what)s (suggested by %(name)s)")
    what = words % {"what": cluster.name, "name": request.user}
    return _suggest(request, lead, what, reverse("investors:cluster_matches", args=[slug]))


@requires(Act.RECORD)
def seat_suggest(request: StaffRequest, ref: str, seat: str, lead: str) -> HttpResponse:
    """The same with an open seat; not of a project that rests on a confidential lead, whose
    name must stand on no other."""
    wanted = _seat(request, ref, seat)
    get_object_or_404(OpenSeat, pk=wanted.pk, project__restricted=False)
    seats = {
        "seat": Truncator(wanted.title).chars(70),
        "project": Truncator(wanted.project).chars(50),
    }
    named = _("the open seat “%(seat)s” in %(project)s") % seats
    words = _("Consider %(what)s (suggested by %(name)s)")
    what = words % {"what": named, "name": request.user}
    return _suggest(request, lead, what, reverse("investors:seat_matches", args=[ref, seat]))


def _suggest(request: StaffRequest, ref: str, what: str, back: str) -> HttpResponse:
    lead = get_lead(request, ref)
    start = {"what": what[:200], "due": timezone.localdate() + A_WEEK}
    form = SuggestForm(request.POST if request.method == "POST" else None, initial=start)
    if form.carry_out(lambda: suggest(actor=request.user, lead=lead, **form.cleaned_data)):
        messages.success(request, _say(lead))
        return redirect(onward(request, back))
    return form_page(
        request,
        form,
        title=_("Tell the owner of %s") % lead,
        intro=_("Owner: %s") % (lead.owner or _("nobody")),
        submit=_("Put it on the lead"),
        back=back,
    )


def _say(lead: Lead) -> str:
    if lead.owner is None:
        return _("It stands on the lead for whoever takes it: nobody owns it yet.")
    return _("It stands on the lead and on Today of %s.") % lead.owner
