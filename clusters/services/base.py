"""What every service of this app does first and last."""

from collections.abc import Sequence
from typing import Any, TypeVar

from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from ifa_crm.shared.models import Archivable
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act

M = TypeVar("M", bound=Model)


def require(actor: User, act: Act = Act.EDIT_CLUSTERS) -> None:
    if not actor.may(act):
        raise PermissionDenied


def lock(row: M) -> M:
    """The row as it is stored now, held until the transaction ends."""
    locked: M = type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
    return locked


def save(row: M) -> M:
    """Save a row that passes every check: its fields, ``clean()`` and the constraints."""
    row.full_clean()
    row.save()
    return row


def log_links(record: Model, field: str, old: str, new: str) -> None:
    """Note in the history of ``record`` that what it is linked to is another now.

    Link rows come and go; the record's own history tells it in one line.
    """
    if old != new:
        LogEntry.objects.log_create(
            record, action=LogEntry.Action.UPDATE, changes={field: [old, new]}
        )


def require_live(record: Archivable) -> None:
    """Nothing is added to an archived record."""
    if record.is_archived:
        raise ValidationError(_("“%s” is archived: restore it first.") % record, "archived")


def require_reason(reason: str) -> str:
    if not reason.strip():
        raise refusal("reason", _("Say why."), "reason_needed")
    return reason.strip()


def set_topics(record: Any, topics: Sequence[Model] | None) -> None:
    """Set what a project or a seat is about; ``None`` leaves it as it is."""
    if topics is None:
        return
    before = ", ".join(sorted(topic.name_en for topic in record.topics.all()))
    record.topics.set(topics)
    log_links(record, "topics", before, ", ".join(sorted(t.name_en for t in record.topics.all())))
