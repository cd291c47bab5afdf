"""An engagement from its opening to its end."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import ProjectKind, ProjectStatus
from clusters.models import Cluster, OpenSeat, Project, ProjectCluster
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from investors.choices import (
    CLOSED,
    ENGAGEMENT_COUNTED,
    ENGAGEMENT_LIVE,
    Contribution,
    DeclinedBy,
    EngagementKind,
    EngagementState,
    PriorTie,
    Stage,
)
from investors.files import attach
from investors.gates import require_qualified
from investors.models import Engagement, EngagementLog, Investor, Lead
from investors.permissions import may_handle, may_verify, require
from investors.services.confidentiality import spread
from investors.services.events import lock, record_event
from investors.services.leads import require_active
from investors.services.partnership import join_project, leave_project

_S = EngagementState


def tie_of(investor: Investor, cluster: Cluster) -> PriorTie:
    """Whether the investor's organisation is a member or partner of ``cluster`` now."""
    organisation = investor.organisation
    if organisation is None:
        return PriorTie.NONE
    if organisation.memberships.filter(cluster=cluster, until_year__isnull=True).exists():
        return PriorTie.MEMBER
    in_project = organisation.project_partners.filter(
        project__clusters=cluster, left_on__isnull=True
    )
    abroad = organisation.partnerships.filter(cluster=cluster, until_year__isnull=True)
    if abroad.exists() or in_project.exists():
        return PriorTie.PARTNER
    return PriorTie.NONE


@transaction.atomic
def open_engagement(
    *,
    actor: User,
    lead: Lead,
    cluster: Cluster,
    kind: EngagementKind,
    opened_on: dt.date,
    project: Project | None = None,
    new_project: Mapping[str, Any] | None = None,
    seat: OpenSeat | None = None,
    fields: Mapping[str, Any] | None = None,
) -> Engagement:
    """Open a join (``project`` under way, perhaps a ``seat``) or a start.

    A start picks a proposed ``project`` or creates one from ``new_project`` (fields of
    :class:`Project` by name), restricted if the lead is. ``fields``: role and own share. Freezes
    the tie to the cluster and is the event *negotiating*.
    """
    lead = lock(lead)
    require(may_handle(actor, lead))
    require_active(lead)
    if opened_on > timezone.localdate():
        raise refusal("opened_on", _("This day is still ahead."), "ahead")
    created = project is None and kind == EngagementKind.START
    if created:
        project = _create_project(cluster, new_project or {}, restricted=lead.restricted)
    project = _checked(project, kind, cluster, seat)
    if project.restricted and not lead.restricted:
        raise refusal(
            "project",
            _("This project is confidential, so the lead would have to be, too."),
            "confidential_project",
        )
    engagement = Engagement(
        lead=lead,
        cluster=cluster,
        project=project,
        seat=seat,
        kind=kind,
        project_created=created,
        prior_tie=tie_of(lead.investor, cluster),
        opened_on=opened_on,
        opened_by=actor,
        **(fields or {}),
    )
    engagement.full_clean()
    engagement.save()
    _log(engagement, "", _S.OPEN, actor, "")
    record_event(lead=lead, stage=Stage.NEGOTIATING, actor=actor)
    spread(lead)
    return engagement


def _create_project(cluster: Cluster, fields: Mapping[str, Any], *, restricted: bool) -> Project:
    project = Project(
        kind=ProjectKind.RD, status=ProjectStatus.PROPOSED, restricted=restricted, **fields
    )
    project.full_clean()
    project.save()
    ProjectCluster.objects.create(project=project, cluster=cluster, is_lead=True)
    return project


def _checked(
    project: Project | None, kind: EngagementKind, cluster: Cluster, seat: OpenSeat | None
) -> Project:
    if project is None:
        raise refusal("project", _("Choose a project."), "project_needed")
    locked: Project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if kind == EngagementKind.JOIN and not locked.can_be_joined:
        raise refusal(
            "project", _("Only an R&D project that is under way can be joined."), "not_joinable"
        )
    if kind == EngagementKind.START and not locked.can_be_started:
        raise refusal(
            "project", _("Only an R&D project that is proposed can be started."), "not_startable"
        )
    if not locked.cluster_links.filter(cluster=cluster).exists():
        raise refusal(
            "cluster", _("This cluster does not take part in the project."), "other_cluster"
        )
    if seat is not None:
        _check_seat(seat, locked)
    return locked


def _check_seat(seat: OpenSeat, project: Project) -> None:
    if seat.project_id != project.pk:
        raise refusal("seat", _("This seat is in another project."), "other_project")
    now = OpenSeat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    if now.filled_on or now.withdrawn_on:
        raise refusal("seat", _("This seat is not open any more."), "seat_taken")


def lock_engagement(engagement: Engagement) -> Engagement:
    """Lock the lead, then the engagement: always in this order."""
    lead = lock(engagement.lead)
    locked: Engagement = (
        Engagement.objects.select_for_update(of=("self",))
        .select_related("project", "cluster", "seat", "partner")
        .get(pk=engagement.pk)
    )
    locked.lead = lead
    return locked


def _handled(actor: User, engagement: Engagement, *states: EngagementState) -> Engagement:
    locked = lock_engagement(engagement)
    require(may_handle(actor, locked.lead))
    _require_state(locked, *states)
    return locked


def _require_state(engagement: Engagement, *states: EngagementState) -> None:
    if engagement.state not in states:
        raise ValidationError(
            _("This is not possible while the engagement is “%(state)s”."),
            "not_from_here",
            {"state": engagement.get_state_display()},
        )


@transaction.atomic
def edit_engagement(
    *, actor: User, engagement: Engagement, changes: Mapping[str, Any]
) -> Engagement:
    """Change role, seat, own share and the day it opened until a second person confirms it.

    Whoever changes what was agreed has recorded it, and cannot confirm it then.
    """
    engagement = _handled(actor, engagement, _S.OPEN, _S.AGREED)
    changed = {name for name, value in changes.items() if getattr(engagement, name) != value}
    for name in changed:
        setattr(engagement, name, changes[name])
    if "seat" in changed and engagement.seat is not None:
        _check_seat(engagement.seat, engagement.project)
    _require_order(engagement)
    if engagement.state == _S.AGREED:
        _require_amounts(engagement)
        if changed:
            engagement.recorded_by = actor
    engagement.full_clean()
    engagement.save()
    return engagement


def _require_amounts(engagement: Engagement) -> None:
    if not engagement.undisclosed and engagement.share_amount is None and engagement.jobs is None:
        raise refusal(
            "undisclosed",
            _("Give their own share or say that it is undisclosed."),
            "amounts_needed",
        )


def _require_order(engagement: Engagement) -> None:
    opened, agreed = engagement.opened_on, engagement.agreed_on
    if opened > timezone.localdate():
        raise refusal("opened_on", _("This day is still ahead."), "ahead")
    if agreed is not None and engagement.state == _S.AGREED and agreed < opened:
        raise refusal("opened_on", _("The agreement was signed before."), "before")


@transaction.atomic
def agree(
    *,
    actor: User,
    engagement: Engagement,
    agreed_on: dt.date,
    reference: str = "",
    files: Iterable["UploadedFile[bytes]"] = (),
    fields: Mapping[str, Any] | None = None,
) -> Engagement:
    """Record the signed agreement: its date, the file or a reference, role and own share.

    The checklist of *qualified* must be complete.
    """
    engagement = _handled(actor, engagement, _S.OPEN)
    require_active(engagement.lead)
    require_qualified(engagement.lead)
    if agreed_on > timezone.localdate():
        raise refusal("agreed_on", _("This day is still ahead."), "ahead")
    if agreed_on < engagement.opened_on:
        raise refusal(
            "agreed_on",
            _("The engagement was not open yet: change the day it opened first."),
            "before",
        )
    for name, value in (fields or {}).items():
        setattr(engagement, name, value)
    _require_amounts(engagement)
    for file in files:
        attach(file, uploaded_by=actor, engagement=engagement)
    if not reference.strip() and not engagement.attachments.exists():
        raise refusal(
            "reference", _("Attach the agreement or give its reference."), "evidence_needed"
        )
    engagement.agreed_on, engagement.agreement_reference = agreed_on, reference
    engagement.recorded_by = actor
    return _write(engagement, _S.AGREED, actor, "")


@transaction.atomic
def send_back(*, actor: User, engagement: Engagement, reason: str) -> Engagement:
    """Back from agreed to open, by the verifier or whoever handles the lead, with a reason."""
    engagement = lock_engagement(engagement)
    require(may_verify(actor, engagement) or may_handle(actor, engagement.lead))
    _require_state(engagement, _S.AGREED)
    _require_reason(reason)
    return _write(engagement, _S.OPEN, actor, reason)


@transaction.atomic
def verify(
    *, actor: User, engagement: Engagement, contribution: Contribution, counterfactual: str
) -> Engagement:
    """Confirm it as a second person: the event *committed*.

    The investor's organisation becomes a partner of the project and fills the seat, restricted
    while the lead is confidential; verifying a start moves its project to *under way*.
    """
    engagement = lock_engagement(engagement)
    require(may_verify(actor, engagement))
    _require_state(engagement, _S.AGREED)
    if not counterfactual.strip():
        raise refusal(
            "counterfactual",
            _("Say what would probably have happened otherwise."),
            "counterfactual_needed",
        )
    engagement.contribution, engagement.counterfactual = contribution, counterfactual
    engagement.verified_at, engagement.verified_by = timezone.now(), actor
    join_project(engagement)
    _write(engagement, _S.VERIFIED, actor, "")
    record_event(lead=engagement.lead, stage=Stage.COMMITTED, actor=actor)
    spread(engagement.lead)
    return engagement


@transaction.atomic
def complete(
    *, actor: User, engagement: Engagement, ended_on: dt.date, reason: str = ""
) -> Engagement:
    """The investor's part in the project is done."""
    engagement = _handled(actor, engagement, _S.VERIFIED)
    return _end(engagement, _S.COMPLETED, actor, ended_on, reason)


@transaction.atomic
def decline_engagement(
    *, actor: User, engagement: Engagement, by: DeclinedBy, ended_on: dt.date, reason: str
) -> Engagement:
    """One of those who had a say said no."""
    engagement = _handled(actor, engagement, _S.OPEN, _S.AGREED)
    _require_reason(reason)
    engagement.declined_by = by
    return _end(engagement, _S.DECLINED, actor, ended_on, reason)


@transaction.atomic
def withdraw(*, actor: User, engagement: Engagement, ended_on: dt.date, reason: str) -> Engagement:
    """Nobody refused, but it is not pursued."""
    engagement = _handled(actor, engagement, _S.OPEN, _S.AGREED)
    _require_reason(reason)
    return _end(engagement, _S.WITHDRAWN, actor, ended_on, reason)


@transaction.atomic
def leave(*, actor: User, engagement: Engagement, ended_on: dt.date, reason: str) -> Engagement:
    """The investor left the project after joining: shown beside the figures, rewrites none."""
    engagement = _handled(actor, engagement, _S.VERIFIED)
    _require_reason(reason)
    _end(engagement, _S.LEFT, actor, ended_on, reason)
    leave_project(engagement, ended_on)
    return engagement


@transaction.atomic
def change_cluster(
    *, actor: User, engagement: Engagement, cluster: Cluster, reason: str
) -> Engagement:
    """Let another cluster of the project lead; the log keeps both and the reason."""
    engagement = _handled(actor, engagement, _S.OPEN, _S.AGREED, _S.VERIFIED)
    _require_reason(reason)
    if cluster == engagement.cluster:
        raise refusal("cluster", _("It is this cluster already."), "same")
    if not engagement.project.cluster_links.filter(cluster=cluster).exists():
        raise refusal(
            "cluster", _("This cluster does not take part in the project."), "other_cluster"
        )
    told = f"{engagement.cluster} → {cluster}: {reason}"
    engagement.cluster = cluster
    return _write(engagement, EngagementState(engagement.state), actor, told)


@transaction.atomic
def add_files(
    *, actor: User, engagement: Engagement, files: Iterable["UploadedFile[bytes]"]
) -> Engagement:
    """Attach further papers, whatever the state: nothing that was attached is replaced."""
    engagement = lock_engagement(engagement)
    require(may_handle(actor, engagement.lead))
    for file in files:
        attach(file, uploaded_by=actor, engagement=engagement)
    return engagement


def ended_without_agreement(lead: Lead) -> bool:
    """Whether the last open engagement of an active lead came to nothing.

    Then somebody has to say: back to the shortlist, or close?
    """
    if lead.stage != Stage.NEGOTIATING or lead.status in CLOSED or lead.is_archived:
        return False
    return not lead.engagements.filter(state__in=ENGAGEMENT_LIVE | ENGAGEMENT_COUNTED).exists()


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise refusal("reason", _("Say why."), "reason_needed")


def _end(
    engagement: Engagement, to: EngagementState, actor: User, ended_on: dt.date, reason: str
) -> Engagement:
    if ended_on > timezone.localdate():
        raise refusal("ended_on", _("This day is still ahead."), "ahead")
    if ended_on < engagement.opened_on:
        raise refusal("ended_on", _("This was before it opened."), "before")
    joined = engagement.agreed_on if engagement.state == _S.VERIFIED else None
    if joined is not None and ended_on < joined:
        raise refusal("ended_on", _("This was before the agreement."), "before")
    engagement.ended_on, engagement.end_reason = ended_on, reason
    return _write(engagement, to, actor, reason)


def _write(engagement: Engagement, to: EngagementState, actor: User, reason: str) -> Engagement:
    before = engagement.state
    engagement.state = to
    engagement.full_clean()
    engagement.save()
    _log(engagement, before, to, actor, reason)
    return engagement


def _log(
    engagement: Engagement, before: str, to: EngagementState, actor: User, reason: str
) -> None:
    EngagementLog.objects.create(
        engagement=engagement, actor=actor, from_state=before, to_state=to, reason=reason
    )
