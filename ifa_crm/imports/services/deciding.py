"""What a person says to possible duplicates: of one row, or of all of a kind."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, Count, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from ifa_crm.imports.choices import Decision, ImportState, Outcome
from ifa_crm.imports.models import Import, ImportRow
from ifa_crm.imports.services.files import lock, require_still
from ifa_crm.staff.models import User

_DECIDED_IN = frozenset({ImportState.CHECKED, ImportState.WRITTEN})


def _require_open(actor: User, imported: Import) -> Import:
    imported = lock(actor, imported)
    require_still(imported)
    if imported.state not in _DECIDED_IN:
        raise ValidationError(_("Check the rows first."), "unchecked")
    return imported


@transaction.atomic
def decide(*, actor: User, imported: Import, line: int, decision: str, chosen: str = "") -> None:
    """Decide one row: the same as ``chosen``, another one, or left out."""
    imported = _require_open(actor, imported)
    row = imported.rows.select_for_update().filter(line=line, result="").first()
    if row is None or not row.twins:
        raise ValidationError(_("There is nothing to decide about this row."), "nothing")
    known = [twin["ref"] for twin in row.twins]
    needs_one = decision in {Decision.SAME, Decision.RESTORE}
    if needs_one and (chosen or known[0]) not in known:
        raise ValidationError(_("Choose one of the records that look alike."), "unknown")
    row.decision, row.chosen = decision, (chosen or known[0]) if needs_one else ""
    row.save(update_fields=["decision", "chosen"])


@transaction.atomic
def decide_all(*, actor: User, imported: Import, kind: str, decision: str) -> int:
    """Decide all rows of a kind that nobody has decided yet; how many there were.

    *The same* means the likeliest of each row.
    """
    imported = _require_open(actor, imported)
    rows = imported.rows.undecided().filter(twin_kind=kind)
    if decision in {Decision.SAME, Decision.RESTORE}:
        first: Any = Coalesce(KT("twins__0__ref"), Value("", output_field=CharField()))
        return rows.update(decision=decision, chosen=first)
    return rows.update(decision=decision, chosen="")


def kinds_of(imported: Import) -> list[dict[str, Any]]:
    """The kinds of what is undecided, with how many rows each has."""
    rows: Any = imported.rows.undecided().values("twin_kind", "outcome").order_by("twin_kind")
    return list(rows.annotate(n=Count("pk")))


def choices_of(row: ImportRow) -> list[Any]:
    """What can be said of a row."""
    if row.outcome == Outcome.ARCHIVED:
        return [Decision.RESTORE, Decision.NEW, Decision.SKIP]
    return [Decision.SAME, Decision.NEW, Decision.SKIP]
