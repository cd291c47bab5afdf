"""Briefings and consents of a person go over when two records of them are merged."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.extend import Children, MergePart, register_merge
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.undoing import Undoable, register_undoable
from investors.models import Briefing, Contact, Reveal


def briefings_of(contact: Contact, user: User) -> Iterator[Children]:
    every = Briefing.objects.filter(contact=contact)
    seen = list(every.visible_to(user).select_related("contact"))
    hidden = every.count() - len(seen) if user.may(Act.MERGE) else 0  # others: no trace of it
    yield Children(_("Briefings"), seen, hidden)


def carry_contact(kept: Contact, gone: Contact, moves: Any) -> None:
    """Whose they are moves; what was sent, and to which address, stays as it was."""
    for model, name in ((Briefing, "contact"), (Reveal, "consent_by")):
        rows: Any = model._default_manager.select_for_update(of=("self",)).filter(**{name: gone})
        for row in rows.order_by("pk"):
            with moves.changing(row, name):
                setattr(row, name, kept)


def register() -> None:
    register_merge(Contact, MergePart(children=briefings_of, carry=carry_contact))
    register_undoable(Undoable(Briefing))
    register_undoable(Undoable(Reveal))
