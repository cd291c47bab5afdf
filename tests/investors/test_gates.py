"""The checklist of *qualified*: one table, equal in Python and in SQL."""

from typing import Any

import pytest

from ifa_crm.staff.models import User
from investors import gates
from investors.choices import Answer, Confidential, Horizon, Mode
from investors.models import Lead
from investors.services import leads
from tests import make

pytestmark = pytest.mark.django_db


def meet(gate: str, lead: Lead, actor: User) -> None:
    """Record what ``gate`` asks for."""
    if gate == "contact":
        make.contact(investor=lead.investor)
        return
    changes: dict[str, dict[str, Any]] = {
        "sector": {"sectors": [make.sector()]},
        "objective": {"objectives": [make.objective()]},
        "mode": {"mode": Mode.DOES_NOT_KNOW},
        "horizon": {"horizon": Horizon.WILL_NOT_SAY},
        "budget": {"budget_answer": Answer.DOES_NOT_KNOW},
        "confidential": {"confidential": Confidential.NO},
    }
    leads.edit_lead(actor=actor, lead=lead, changes=changes[gate])


def missing_in_sql(lead: Lead) -> list[str]:
    row = Lead.objects.filter(pk=lead.pk).annotate(**gates.flags()).values(*gates.flags()).get()
    return [gate.key for gate in gates.missing_by_flags(row)]


def missing_in_python(lead: Lead) -> list[str]:
    return [gate.key for gate in gates.missing(Lead.objects.get(pk=lead.pk))]


def test_new_lead_lacks_everything() -> None:
    lead = make.lead()
    assert missing_in_python(lead) == [gate.key for gate in gates.QUALIFIED]


def test_gates_are_met_one_by_one_equally_in_both(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    left = [gate.key for gate in gates.QUALIFIED]
    for gate in list(left):
        meet(gate, lead, adviser)
        left.remove(gate)
        assert missing_in_python(lead) == missing_in_sql(lead) == left
        complete = Lead.objects.filter(gates.is_complete(), pk=lead.pk).exists()
        assert complete == (not left)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"email": "", "phone": ""}, False),
        ({"email": "", "phone": "+1 555 0100"}, True),
        ({"is_active": False}, False),
    ],
)
def test_contact_must_be_reachable_and_there(fields: dict[str, Any], counts: bool) -> None:
    lead = make.lead()
    make.contact(investor=lead.investor, **fields)
    assert ("contact" not in missing_in_python(lead)) == counts
    assert missing_in_python(lead) == missing_in_sql(lead)


def test_archived_contact_does_not_count(manager: User) -> None:
    lead = make.lead()
    make.contact(investor=lead.investor).archive(actor=manager, reason="Left")
    assert "contact" in missing_in_python(lead)
    assert missing_in_python(lead) == missing_in_sql(lead)


def test_contact_of_a_confidential_lead_counts_for_that_lead_only(adviser: User) -> None:
    secret = make.confidential_lead(owner=adviser)
    other = make.lead(owner=adviser, investor=secret.investor)
    make.contact(investor=secret.investor, known_through=secret)
    for lead, lacks in ((secret, False), (other, True)):
        assert ("contact" in missing_in_python(lead)) == lacks
        assert missing_in_python(lead) == missing_in_sql(lead)


def test_refusal_names_what_is_missing() -> None:
    with pytest.raises(gates.NotQualifiedError) as refused:
        gates.require_qualified(make.lead())
    assert [gate.key for gate in refused.value.missing] == [gate.key for gate in gates.QUALIFIED]
    assert "the horizon" in refused.value.messages[0]


def test_every_gate_names_a_field_of_the_lead_or_the_contact() -> None:
    names = {field.name for field in Lead._meta.get_fields()}
    assert {gate.field for gate in gates.QUALIFIED} - names == {"contact"}
