"""A shortlisted cluster through its states."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from investors.choices import DeclineReason, RefusalReason, ShortlistState, Stage
from investors.gates import require_qualified
from investors.models import Evaluation, Lead, Shortlisting, ShortlistingLog
from investors.permissions import may_handle, may_relay, require
from investors.services.events import lock, record_event
from investors.services.leads import require_active

_S = ShortlistState
_LADDER: Final = [_S.NOTED, _S.PROPOSED, _S.WANTED, _S.PUT, _S.ACCEPTED, _S.INTRODUCED]


@dataclass(frozen=True)
class Move:
    """From which states one may get to a state, and what that asks for.

    ``shortlists``: it means that the cluster was put before the investor.
    """

    sources: frozenset[ShortlistState]
    outward: bool = False
    by_relay: bool = False
    shortlists: bool = True


# What the agency does itself goes step by step; what others say is recorded whenever it is said.
MOVES: Final[dict[ShortlistState, Move]] = {
    _S.PROPOSED: Move(frozenset({_S.NOTED, _S.REFUSED, _S.DECLINED, _S.CLOSED}), outward=True),
    _S.WANTED: Move(frozenset({_S.NOTED, _S.PROPOSED, _S.REFUSED, _S.DECLINED, _S.CLOSED})),
    _S.REFUSED: Move(frozenset({_S.NOTED, _S.PROPOSED, _S.WANTED, _S.PUT, _S.ACCEPTED})),
    _S.PUT: Move(frozenset({_S.PROPOSED, _S.WANTED, _S.DECLINED}), outward=True, by_relay=True),
    _S.ACCEPTED: Move(frozenset({_S.PROPOSED, _S.WANTED, _S.PUT, _S.DECLINED}), by_relay=True),
    _S.DECLINED: Move(frozenset({_S.PROPOSED, _S.WANTED, _S.PUT, _S.ACCEPTED}), by_relay=True),
    _S.INTRODUCED: Move(frozenset(set(_S) - {_S.INTRODUCED})),
    _S.CLOSED: Move(frozenset(set(_S) - {_S.CLOSED}), shortlists=False),
}


def moves_from(state: str) -> list[ShortlistState]:
    """The states a page may offer; *introduced* is reached by a meeting only."""
    offered = [to for to, move in MOVES.items() if state in move.sources]
    return [to for to in offered if to != _S.INTRODUCED]


@transaction.atomic
def note_cluster(*, actor: User, lead: Lead, cluster: Cluster, why: str = "") -> Shortlisting:
    """Put a cluster on the shortlist; noting needs nothing on record."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    require_active(lead)
    _require_offered(cluster)
    if lead.shortlist.filter(cluster=cluster).exists():
        raise refusal("cluster", _("This cluster is already on the shortlist."), "already_there")
    return note(lead, cluster, actor, why)


@transaction.atomic
def note_clusters(
    *,
    actor: User,
    lead: Lead,
    clusters: Iterable[Cluster],
    why: str = "",
    evaluation: Evaluation | None = None,
) -> list[Shortlisting]:
    """Note several at once; those that stand on the shortlist already stay as they are.

    ``evaluation``: the kept one that they rest on.
    """
    lead = lock(lead)
    require(may_handle(actor, lead))
    require_active(lead)
    there = set(lead.shortlist.values_list("cluster_id", flat=True))
    wanted = [cluster for cluster in clusters if cluster.pk not in there]
    for cluster in wanted:
        _require_offered(cluster)
    return [note(lead, cluster, actor, why, evaluation) for cluster in wanted]


def _require_offered(cluster: Cluster) -> None:
    if not cluster.is_offered_in(settings.REFERENCE_YEAR):
        raise refusal(
            "cluster",
            _("%(cluster)s is not offered any more.") % {"cluster": cluster},
            "not_offered",
        )


@transaction.atomic
def explain(*, actor: User, shortlisting: Shortlisting, why: str) -> Shortlisting:
    """Say why this cluster, or why staff keep it against the evidence."""
    lead = lock(shortlisting.lead)
    require(may_handle(actor, lead))
    locked: Shortlisting = Shortlisting.objects.select_for_update(of=("self",)).get(
        pk=shortlisting.pk
    )
    locked.why = why
    locked.full_clean()
    locked.save()
    return locked


def note(
    lead: Lead, cluster: Cluster, actor: User, why: str = "", evaluation: Evaluation | None = None
) -> Shortlisting:
    """Part of other services: a row on the shortlist of a locked lead, with its log."""
    shortlisting = Shortlisting(
        lead=lead,
        cluster=cluster,
        why=why,
        evaluation=evaluation,
        added_by=actor,
        state_since=timezone.now(),
    )
    shortlisting.full_clean()
    shortlisting.save()
    _log(shortlisting, "", _S.NOTED, actor, "")
    return shortlisting


@transaction.atomic
def propose(*, actor: User, shortlisting: Shortlisting, reason: str = "") -> Shortlisting:
    """Proposed to the investor: the first act outward, so the checklist must be complete."""
    return _move(actor, shortlisting, _S.PROPOSED, reason)


@transaction.atomic
def want(*, actor: User, shortlisting: Shortlisting, reason: str = "") -> Shortlisting:
    """The investor wants to meet this cluster."""
    return _move(actor, shortlisting, _S.WANTED, reason)


@transaction.atomic
def refuse(
    *, actor: User, shortlisting: Shortlisting, why: RefusalReason, reason: str = ""
) -> Shortlisting:
    """The investor does not want it."""
    if why == RefusalReason.OTHER and not reason.strip():
        raise refusal("reason", _("Say why."), "reason_needed")
    return _move(actor, shortlisting, _S.REFUSED, reason, refused_reason=why)


@transaction.atomic
def put_to_cluster(*, actor: User, shortlisting: Shortlisting, reason: str = "") -> Shortlisting:
    """The introduction is requested of the cluster: by the desk, or by whoever handles the lead."""
    return _move(actor, shortlisting, _S.PUT, reason)


@transaction.atomic
def accept(*, actor: User, shortlisting: Shortlisting, reason: str = "") -> Shortlisting:
    """The cluster is glad to meet the investor."""
    return _move(actor, shortlisting, _S.ACCEPTED, reason)


@transaction.atomic
def decline(
    *, actor: User, shortlisting: Shortlisting, why: DeclineReason, reason: str = ""
) -> Shortlisting:
    """The cluster does not want to."""
    if why == DeclineReason.OTHER and not reason.strip():
        raise refusal("reason", _("Say why."), "reason_needed")
    return _move(actor, shortlisting, _S.DECLINED, reason, declined_reason=why)


@transaction.atomic
def close(*, actor: User, shortlisting: Shortlisting, reason: str) -> Shortlisting:
    """Nothing more comes of it on this lead."""
    if not reason.strip():
        raise refusal("reason", _("Say why."), "reason_needed")
    return _move(actor, shortlisting, _S.CLOSED, reason)


def note_introduced(*, actor: User, shortlisting: Shortlisting, reason: str = "") -> Shortlisting:
    """An introduction was held: called by the meetings' service, from any state.

    The lead is locked by the caller; the event *introduced* is recorded on it.
    """
    record_event(lead=shortlisting.lead, stage=Stage.INTRODUCED, actor=actor)
    if shortlisting.state != _S.INTRODUCED:
        _write(actor, shortlisting, _S.INTRODUCED, reason)
    return shortlisting


def _move(
    actor: User,
    shortlisting: Shortlisting,
    to: ShortlistState,
    reason: str,
    refused_reason: str = "",
    declined_reason: str = "",
) -> Shortlisting:
    lead = lock(shortlisting.lead)
    locked: Shortlisting = Shortlisting.objects.select_for_update(of=("self",)).get(
        pk=shortlisting.pk
    )
    locked.lead = lead
    move = MOVES[to]
    require((may_relay if move.by_relay else may_handle)(actor, lead))
    require_active(lead)
    if locked.state not in move.sources:
        raise ValidationError(
            _("From “%(from)s” it cannot become “%(to)s”."),
            "not_from_here",
            {"from": locked.get_state_display(), "to": to.label},
        )
    if move.outward:
        require_qualified(lead)
    _write(actor, locked, to, reason, refused_reason, declined_reason)
    if move.shortlists:
        record_event(lead=lead, stage=Stage.SHORTLISTED, actor=actor)
    return locked


def _write(
    actor: User,
    shortlisting: Shortlisting,
    to: ShortlistState,
    reason: str,
    refused_reason: str = "",
    declined_reason: str = "",
) -> None:
    before = ShortlistState(shortlisting.state)
    shortlisting.state, shortlisting.state_since = to, timezone.now()
    shortlisting.refused_reason, shortlisting.declined_reason = refused_reason, declined_reason
    shortlisting.full_clean()
    shortlisting.save()
    _log(shortlisting, before, to, actor, reason)


def _log(
    shortlisting: Shortlisting, before: str, to: ShortlistState, actor: User, reason: str
) -> None:
    ShortlistingLog.objects.create(
        shortlisting=shortlisting,
        actor=actor,
        from_state=before,
        to_state=to,
        passed_over=_passed_over(before, to),
        reason=reason,
    )


def _passed_over(before: str, to: ShortlistState) -> list[str]:
    """The steps of the ladder between two states; for an answer, those before the question."""
    end = {_S.REFUSED: _S.WANTED, _S.DECLINED: _S.ACCEPTED}.get(to, to)
    if before not in _LADDER or end not in _LADDER:
        return []
    between = _LADDER[_LADDER.index(ShortlistState(before)) + 1 : _LADDER.index(end)]
    return [step.value for step in between]
