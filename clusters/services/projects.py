"""Projects, their partners, and the seats that are open in them."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import ProjectStatus
from clusters.models import (
    Cluster,
    Grant,
    OpenSeat,
    Project,
    ProjectCluster,
    ProjectLog,
    ProjectPartner,
    Topic,
)
from clusters.services.base import (
    lock,
    log_links,
    require,
    require_live,
    require_reason,
    save,
    set_topics,
)
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User

_S = ProjectStatus
# From each status, those that need no explanation; any other move needs a reason.
EXPECTED = {
    _S.PROPOSED: {_S.UNDER_WAY},
    _S.UNDER_WAY: {_S.COMPLETED},
    _S.COMPLETED: set(),
    _S.CANCELLED: set(),
}


@transaction.atomic
def save_project(
    *,
    actor: User,
    project: Project,
    clusters: Sequence[Cluster],
    lead: Cluster | None,
    topics: Sequence[Topic] | None = None,
) -> Project:
    """Create or change a project and the clusters in it, of which at most one leads.

    The status of an existing project is changed by :func:`change_status` alone.
    """
    require(actor)
    taking_part = {cluster.pk: cluster for cluster in (*clusters, *([lead] if lead else []))}
    if not taking_part:
        raise refusal("clusters", _("Choose at least one cluster."), "cluster_needed")
    if project.pk is None:
        save(project)
        _log(project, "", project.status, actor, "")
    else:
        before = lock(project)
        require_live(before)
        project.status = before.status
        save(project)
    _set_clusters(project, taking_part, lead)
    set_topics(project, topics)
    return project


def _set_clusters(project: Project, wanted: dict[int, Cluster], lead: Cluster | None) -> None:
    before = _told(project)
    links = {link.cluster_id: link for link in project.cluster_links.all()}
    for key in links.keys() - wanted.keys():
        links.pop(key).delete()
    for link in links.values():  # nobody leads before somebody else does
        if link.is_lead and link.cluster != lead:
            link.is_lead = False
            link.save(update_fields=["is_lead"])
    for key, cluster in wanted.items():
        link = links.get(key) or ProjectCluster(project=project, cluster=cluster)
        if link.pk is None or link.is_lead != (cluster == lead):
            link.is_lead = cluster == lead
            save(link)
    log_links(project, "clusters", before, _told(project))


def _told(project: Project) -> str:
    """The clusters in a project as text: the one that leads first."""
    links = project.cluster_links.select_related("cluster").order_by("-is_lead", "cluster__name")
    return ", ".join(f"{link.cluster}{' (lead)' if link.is_lead else ''}" for link in links)


@transaction.atomic
def change_status(*, actor: User, project: Project, to: ProjectStatus, reason: str = "") -> Project:
    """Move a project; a cancellation and any step back need a reason."""
    require(actor)
    project = lock(project)
    require_live(project)
    if project.status == to:
        raise refusal("to", _("It has this status already."), "same")
    if to not in EXPECTED[_S(project.status)]:
        reason = require_reason(reason)
    return record_status(project=project, to=to, actor=actor, reason=reason)


def record_status(
    *, project: Project, to: ProjectStatus, actor: User | None, reason: str = ""
) -> Project:
    """Set and log the status of a project that the caller has locked.

    For services above, whose own act implies the move: confirming a start moves its project
    under way.
    """
    before, project.status = project.status, to
    project.save(update_fields=["status"])
    _log(project, before, to, actor, reason)
    return project


def _log(project: Project, before: str, to: str, actor: User | None, reason: str) -> None:
    ProjectLog.objects.create(
        project=project, from_state=before, to_state=to, actor=actor, reason=reason
    )


# --- Partners ----------------------------------------------------------------------------


@transaction.atomic
def save_partner(
    *, actor: User, partner: ProjectPartner, seat: OpenSeat | None = None
) -> ProjectPartner:
    """Add a partner, or change one; a new one may take an open ``seat``.

    If the organisation is there already on the strength of a confidential lead, that row becomes
    an open one: what the desk knows from a source is no secret, and nobody is told that it was.
    """
    require(actor)
    project = lock(partner.project)
    require_live(project)
    if partner.pk is None:
        require_live(partner.organisation)
        partner = _opened(partner) or partner
    save(partner)
    if seat is not None:
        fill_seat(seat=seat, partner=partner, day=partner.joined_on or timezone.localdate())
    return partner


def _hidden_twin(partner: ProjectPartner) -> ProjectPartner | None:
    """The row that says the same on the strength of a confidential lead."""
    twins = ProjectPartner.objects.filter(
        project=partner.project, organisation=partner.organisation
    ).present()
    found: ProjectPartner | None = twins.filter(restricted=True).exclude(pk=partner.pk).first()
    return found


def _opened(partner: ProjectPartner) -> ProjectPartner | None:
    hidden = _hidden_twin(partner)
    if hidden is None:
        return None
    hidden.restricted = False
    hidden.role, hidden.source = partner.role, partner.source
    hidden.joined_on = hidden.joined_on or partner.joined_on
    hidden.admitted.clear()
    return hidden


@transaction.atomic
def leave_partner(*, actor: User, partner: ProjectPartner, left_on: dt.date) -> ProjectPartner:
    require(actor)
    partner = lock(partner)
    if partner.left_on is not None:
        raise ValidationError(_("This partner has left already."), "left")
    if left_on > timezone.localdate():
        raise refusal("left_on", _("This day is still ahead."), "ahead")
    partner.left_on = left_on
    return save(partner)


@transaction.atomic
def return_partner(*, actor: User, partner: ProjectPartner) -> ProjectPartner:
    """The departure was a mistake.

    If the organisation came back meanwhile on the strength of a confidential lead, that hidden row
    ends and this one stands for both: a refusal would betray it.
    """
    require(actor)
    lock(partner.project)
    partner = lock(partner)
    if partner.left_on is None:
        raise ValidationError(_("This partner has not left."), "not_left")
    twin = None if partner.restricted else _hidden_twin(partner)
    if twin is not None:
        twin.left_on = max(timezone.localdate(), twin.joined_on or dt.date.min)
        save(twin)
    partner.left_on = None
    return save(partner)


# --- Seats -------------------------------------------------------------------------------


@transaction.atomic
def save_seat(*, actor: User, seat: OpenSeat, topics: Sequence[Topic] | None = None) -> OpenSeat:
    """Open a seat in a project that can be joined, or change what it says."""
    require(actor)
    project = lock(seat.project)
    require_live(project)
    if seat.pk is None and not project.can_be_joined:
        raise ValidationError(
            _("Only an R&D project that is under way has open seats."), "not_joinable"
        )
    if seat.filled_on is not None or seat.withdrawn_on is not None:
        raise ValidationError(_("This seat is not open any more."), "not_open")
    save(seat)
    set_topics(seat, topics)
    return seat


def fill_seat(*, seat: OpenSeat, partner: ProjectPartner, day: dt.date) -> OpenSeat:
    """``partner`` takes the seat, inside the transaction of the act that makes it a partner."""
    seat = lock(seat)
    if seat.filled_on is not None or seat.withdrawn_on is not None:
        raise refusal("seat", _("This seat is not open any more."), "not_open")
    if seat.project_id != partner.project_id:
        raise refusal("seat", _("This seat is in another project."), "other_project")
    seat.filled_by, seat.filled_on = partner, day
    return save(seat)


@transaction.atomic
def withdraw_seat(*, actor: User, seat: OpenSeat) -> OpenSeat:
    """The project does not look for this partner any more."""
    require(actor)
    seat = lock(seat)
    if seat.filled_on is not None or seat.withdrawn_on is not None:
        raise ValidationError(_("This seat is not open any more."), "not_open")
    seat.withdrawn_on = timezone.localdate()
    return save(seat)


@transaction.atomic
def reopen_seat(*, actor: User, seat: OpenSeat) -> OpenSeat:
    """The project looks for this partner again."""
    require(actor)
    seat = lock(seat)
    require_live(seat.project)
    if seat.withdrawn_on is None:
        raise ValidationError(_("This seat was not withdrawn."), "not_withdrawn")
    if not seat.project.can_be_joined:
        raise ValidationError(
            _("Only an R&D project that is under way has open seats."), "not_joinable"
        )
    seat.withdrawn_on = None
    return save(seat)


# --- Grants ------------------------------------------------------------------------------


@transaction.atomic
def save_grant(*, actor: User, grant: Grant) -> Grant:
    require(actor)
    require_live(grant.project)
    return save(grant)
