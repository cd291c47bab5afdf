"""What a qualified lead has on record: one table that service, form, page and list read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from investors.choices import Answer, Confidential, Horizon, Mode
from investors.models import Contact, Lead, Objective


@dataclass(frozen=True)
class Gate:
    """One thing that must be on record, in Python and in SQL; a test holds the two equal."""

    key: str
    label: str | Promise
    field: str
    is_met: Callable[[Lead], bool]
    condition: Callable[[], Q]


def _reachable(lead: Lead) -> bool:
    return any(
        contact.is_reachable
        and contact.is_active
        and not contact.is_archived
        and (not contact.restricted or contact.known_through_id == lead.pk)
        for contact in lead.investor.contacts.all()
    )


def _reachable_in_sql() -> Q:
    contacts = Contact.objects.filter(
        ~Q(email="") | ~Q(phone=""),
        Q(restricted=False) | Q(known_through=OuterRef("pk")),
        investor=OuterRef("investor"),
        is_active=True,
        archived_at__isnull=True,
    )
    return Q(Exists(contacts))


def _has_objective() -> Q:
    return Q(Exists(Objective.objects.filter(leads=OuterRef("pk"))))


def _has_field(lead: Lead) -> bool:
    return bool(lead.sectors.all()) or bool(lead.topics.all())


def _has_field_in_sql() -> Q:
    sectors, topics = Lead.sectors.through, Lead.topics.through
    return Q(Exists(sectors._default_manager.filter(lead_id=OuterRef("pk")))) | Q(
        Exists(topics._default_manager.filter(lead_id=OuterRef("pk")))
    )


QUALIFIED: Final[tuple[Gate, ...]] = (
    Gate("sector", _("a sector or topic"), "sectors", _has_field, _has_field_in_sql),
    Gate(
        "objective",
        _("an objective"),
        "objectives",
        lambda lead: bool(lead.objectives.all()),
        _has_objective,
    ),
    Gate(
        "mode",
        _("whether they want to join or start"),
        "mode",
        lambda lead: lead.mode != Mode.NOT_ASKED,
        lambda: ~Q(mode=Mode.NOT_ASKED),
    ),
    Gate(
        "horizon",
        _("the horizon"),
        "horizon",
        lambda lead: lead.horizon != Horizon.NOT_ASKED,
        lambda: ~Q(horizon=Horizon.NOT_ASKED),
    ),
    Gate(
        "budget",
        _("the R&D budget"),
        "budget_answer",
        lambda lead: lead.budget_answer != Answer.NOT_ASKED,
        lambda: ~Q(budget_answer=Answer.NOT_ASKED),
    ),
    Gate("contact", _("a contact with e-mail or phone"), "contact", _reachable, _reachable_in_sql),
    Gate(
        "confidential",
        _("whether it is confidential"),
        "confidential",
        lambda lead: lead.confidential != Confidential.NOT_ASKED,
        lambda: ~Q(confidential=Confidential.NOT_ASKED),
    ),
)


def missing(lead: Lead) -> list[Gate]:
    """The gates that ``lead`` does not meet yet, in the order of the table."""
    return [gate for gate in QUALIFIED if not gate.is_met(lead)]


def flags() -> "dict[str, ExpressionWrapper[Q]]":
    """Annotations ``gate_…``: whether each gate is met, all in one query."""
    field = BooleanField()
    return {
        f"gate_{gate.key}": ExpressionWrapper(gate.condition(), output_field=field)
        for gate in QUALIFIED
    }


def missing_by_flags(row: Mapping[str, Any]) -> list[Gate]:
    """As :func:`missing`, from a row annotated with :func:`flags`."""
    return [gate for gate in QUALIFIED if not row[f"gate_{gate.key}"]]


def is_complete() -> Q:
    """The condition in SQL that no gate is missing."""
    condition = Q(pk=F("pk"))
    for gate in QUALIFIED:
        condition &= gate.condition()
    return condition


class NotQualifiedError(ValidationError):
    """Refuses an act outward; ``missing`` says what must be recorded first."""

    def __init__(self, gates: list[Gate]) -> None:
        self.missing = gates
        listed = format_lazy(", ".join(["{}"] * len(gates)), *(gate.label for gate in gates))
        super().__init__(
            _("Before this the lead needs: %(missing)s."),
            code="not_qualified",
            params={"missing": listed},
        )


def require_qualified(lead: Lead) -> None:
    """Raise :class:`NotQualifiedError` unless the checklist is complete."""
    if gates := missing(lead):
        raise NotQualifiedError(gates)
