"""Leads for a cluster, leads for an open seat, and the board of open seats."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clusters.models import Cluster, OpenSeat
from clusters.views.frame import cluster_frame
from ifa_crm.shared.editing import form_page, onward
from ifa_crm.shared.filtersets import NoFilter
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of
from investors import fit
from investors.choices import ShortlistState
from investors.columns_matching import CLUSTER_MATCH_COLUMNS, SEAT_COLUMNS, SEAT_MATCH_COLUMNS
from investors.filters_matching import ClusterMatchFilter, SeatMatchFilter
from investors.fit_columns import Column, column_of
from investors.forms.matching import SuggestForm
from investors.match_page import MatchPage
from investors.matches import match_leads, match_to_seat
from investors.models import Lead, Shortlisting
from investors.seat_board import Board, Way, dealt, named_clusters
from investors.seat_matching import (
    MOVING,
    Topics,
    open_seats,
    pairs_for,
    ranked,
    topics_of,
    with_topics,
)
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
    return _for_cluster(request, cluster, column).answer(
        "investors/cluster_matches.html",
        title=_("Leads for %s") % cluster,
        lead=_("Whose need this cluster answers, best first."),
        cluster=cluster,
        tabs=frame["tabs"],
        run=column and column.run,
        may_refresh=fit_columns.may_refresh(request.user),
        today=timezone.localdate(),
    )


def _for_cluster(request: StaffRequest, cluster: Cluster, column: Column | None) -> MatchPage:
    there = Shortlisting.objects.filter(cluster=cluster)

    def order(values: dict[str, Any]) -> Any:
        if column is None:
            return []
        band = values.get("band")
        return column.in_band(band) if band else column.from_band(fit.POSSIBLE)

    def matched(leads: list[Lead]) -> None:
        if column is not None:
            match_leads(leads, cluster, column, request.user)
        _told(leads)

    return MatchPage(
        request,
        rows=_moving(request),
        filterset=ClusterMatchFilter,
        ranked=order,
        condition=lambda values: _unlisted(there, values),
        show=_shown(there),
        fill=matched,
        default_size=25,
        columns=CLUSTER_MATCH_COLUMNS,
        export=reverse("investors:cluster_match_export", args=[cluster.slug]),
    )


def cluster_match_page(request: StaffRequest, slug: str) -> MatchPage:
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    return _for_cluster(request, cluster, column_of(cluster))


cluster_match_export = export_of(
    cluster_match_page,
    gettext_lazy("Leads for the cluster “%(slug)s”"),
    name="leads-for-%(slug)s",
    act=Act.RECORD,
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
    wanted, topics = _seat(request, ref, seat), Topics.read()
    return _for_seat(request, wanted, topics).answer(
        "investors/seat_matches.html",
        title=_("Leads for the open seat “%s”") % wanted,
        seat=wanted,
        project=wanted.project,
        sought=[topics.rows[pk] for pk in topics_of(wanted)],
        may_edit=request.user.may(Act.EDIT_CLUSTERS),
        today=timezone.localdate(),
    )


def _for_seat(request: StaffRequest, wanted: OpenSeat, topics: Topics) -> MatchPage:
    answered = topics.answered_by(topics_of(wanted))
    spoken = dict(ranked(pairs_for(answered, request.user), answered))
    there = Shortlisting.objects.filter(cluster__project_links__project=wanted.project_id)

    def matched(leads: list[Lead]) -> None:
        match_to_seat(leads, spoken, answered, topics, request.user)
        _told(leads)

    return MatchPage(
        request,
        rows=_moving(request),
        filterset=SeatMatchFilter,
        ranked=lambda values: list(spoken),
        condition=lambda values: _unlisted(there, values),
        show=_shown(there),
        fill=matched,
        default_size=25,
        columns=SEAT_MATCH_COLUMNS,
        export=reverse("investors:seat_match_export", args=[wanted.project.ref, wanted.ref]),
    )


def seat_match_page(request: StaffRequest, ref: str, seat: str) -> MatchPage:
    return _for_seat(request, _seat(request, ref, seat), Topics.read())


seat_match_export = export_of(
    seat_match_page,
    gettext_lazy("Leads for the open seat %(seat)s of the project %(ref)s"),
    name="leads-for-seat-%(seat)s",
    act=Act.RECORD,
)


def seat_page(request: StaffRequest) -> ListPage:
    """What the board shows as a list, which only leaves as a file: every seat, however many."""
    user, day = request.user, timezone.localdate()
    return ListPage(
        request,
        rows=OpenSeat.objects.visible_to(user).that_can_be_taken(day),
        filterset=NoFilter,
        sorts={"deadline": (F("deadline").asc(nulls_last=True),)},
        default_sort="deadline",
        show=lambda rows: with_topics(rows).prefetch_related(named_clusters(user)),
        fill=lambda seats: dealt(seats, user, day),
        columns=SEAT_COLUMNS,
        export=reverse("investors:seat_export"),
    )


seat_export = export_of(seat_page, gettext_lazy("Open seats"), name="open-seats")


@require_safe
@requires(Act.READ)
def seat_board(request: StaffRequest) -> HttpResponse:
    """Every seat that can be taken, by topic or by deadline, with the leads it may be for."""
    way = Way.DEADLINE if request.GET.get("by") == Way.DEADLINE else Way.TOPIC
    board = Board.read(request.user, timezone.localdate(), way)
    context = {
        "title": _("Open seats"),
        "board": board,
        "export_address": seat_page(request).export_address,
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
