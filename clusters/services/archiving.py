"""Clusters, organisations, projects, calls and topics are archived, never deleted."""

from collections.abc import Iterator
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import ProjectStatus
from clusters.models import Call, Cluster, Organisation, Project, Topic
from clusters.services.base import lock, require, require_reason, save
from ifa_crm.shared.extend import archive_obstacles, register_archive_check
from ifa_crm.staff.models import User

R = TypeVar("R", Cluster, Organisation, Project, Call, Topic)
_MOVING = (ProjectStatus.PROPOSED, ProjectStatus.UNDER_WAY)


@transaction.atomic
def archive(*, actor: User, record: R, reason: str) -> R:
    """Archive ``record``; refused with everything that is still open on it, here or above."""
    require(actor)
    reason = require_reason(reason)
    record = lock(record)
    if record.is_archived:
        raise ValidationError(_("It is archived already."), "archived")
    if obstacles := archive_obstacles(record):
        raise ValidationError([ValidationError(text, "in_use") for text in obstacles])
    record.archive(actor=actor, reason=reason)
    return record


@transaction.atomic
def restore(*, actor: User, record: R) -> R:
    """Bring an archived record back as it was; refused if another took its name meanwhile."""
    require(actor)
    record = lock(record)
    if not record.is_archived:
        raise ValidationError(_("It is not archived."), "not_archived")
    record.archived_at, record.archived_by, record.archive_reason = None, None, ""
    return save(record)


def _of_cluster(cluster: Cluster) -> Iterator[str]:
    links = cluster.project_links.filter(
        project__archived_at__isnull=True, project__status__in=_MOVING
    )
    if count := links.count():
        yield ngettext(
            "It takes part in %(count)d project that is proposed or under way.",
            "It takes part in %(count)d projects that are proposed or under way.",
            count,
        ) % {"count": count}


def _of_organisation(organisation: Organisation) -> Iterator[str]:
    if count := organisation.memberships.current().count():
        yield ngettext(
            "It is a member of %(count)d cluster.", "It is a member of %(count)d clusters.", count
        ) % {"count": count}
    held = organisation.partnerships.current() | organisation.partnerships_carried.current()
    if count := held.distinct().count():
        yield ngettext(
            "It stands in %(count)d partnership.", "It stands in %(count)d partnerships.", count
        ) % {"count": count}
    partners = organisation.project_partners.present().filter(
        project__archived_at__isnull=True, project__status__in=_MOVING
    )
    if count := partners.count():
        yield ngettext(
            "It is a partner of %(count)d project that is proposed or under way.",
            "It is a partner of %(count)d projects that are proposed or under way.",
            count,
        ) % {"count": count}


def _of_topic(topic: Topic) -> Iterator[str]:
    if count := topic.narrower.live().count():
        yield ngettext(
            "%(count)d narrower topic stands under it.",
            "%(count)d narrower topics stand under it.",
            count,
        ) % {"count": count}
    if count := topic.cluster_links.of_live_clusters().count():
        yield ngettext(
            "%(count)d cluster works on it.", "%(count)d clusters work on it.", count
        ) % {"count": count}


def register() -> None:
    register_archive_check(Topic, _of_topic)
    register_archive_check(Cluster, _of_cluster)
    register_archive_check(Organisation, _of_organisation)
