"""What is written in bulk has the history that saving each row would have made."""

import pytest
from auditlog.diff import model_instance_diff

from ifa_crm.shared import bulk_audit
from tests import make

pytestmark = pytest.mark.django_db


def test_entry_of_a_new_row_says_what_the_difference_to_nothing_is() -> None:
    lead = make.qualified_lead(priority="1")
    contact = lead.investor.contacts.first()
    for row in (lead, lead.investor, contact, lead.actions.first()):
        (entry,) = bulk_audit.created([row])
        assert entry.changes == model_instance_diff(None, row)
        assert entry.object_repr == str(row)
