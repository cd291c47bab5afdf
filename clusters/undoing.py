"""How organisations and leaders come back when a change in bulk is undone."""

from clusters.models import Leader, Organisation
from ifa_crm.work.undoing import Undoable, register_undoable


def register() -> None:
    archive = frozenset({"archived_at", "archived_by", "archive_reason"})
    derived = frozenset({"search_text"})
    register_undoable(Undoable(Organisation, derived=derived | {"restricted"}, together=(archive,)))
    register_undoable(Undoable(Leader, derived=derived))
