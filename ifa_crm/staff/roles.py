"""Who may do what: the one table that views, services, the admin and the tests read.

Source: "Who may do what" in the product's design. *Own* means owner or deputy; whose a record
is, is decided where the record lives (``investors.permissions``).
"""

from enum import StrEnum
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A role is a Django group of this name."""

    VIEWER = "Viewer", _("Viewer")
    ADVISER = "Adviser", _("Adviser")
    DESK = "Cluster desk", _("Cluster desk")
    MANAGER = "Manager", _("Manager")
    ADMINISTRATOR = "Administrator", _("Administrator")


class Act(StrEnum):
    """Something a role may do."""

    READ = "read what is not confidential"
    RECORD = "create investors, leads and contacts; log an interaction on any visible lead"
    HANDLE_OWN = "edit, move, shortlist, introduce and engage own leads; take an unowned one"
    HANDLE_ANY = "the same on any visible lead"
    EDIT_CLUSTERS = "edit and archive clusters, leaders, organisations, projects, seats, calls"
    RELAY = "relay an introduction, record a cluster's answer, on any visible lead"
    REASSIGN = "reassign and hand over the leads of others"
    MERGE = "merge investors, and contacts, that are the same"
    VERIFY = "verify an engagement recorded by somebody else"
    SEE_CONFIDENTIAL = "see confidential records of the whole agency"
    EXPORT = "take lists away as files: given to a person by an administrator, to no role"
    ADMINISTER = "users, roles, offices, rules, reference data; the Django admin"


ACTS: Final[dict[Role, frozenset[Act]]] = {
    Role.VIEWER: frozenset({Act.READ}),
    Role.ADVISER: frozenset({Act.READ, Act.RECORD, Act.HANDLE_OWN}),
    Role.DESK: frozenset({Act.READ, Act.RECORD, Act.EDIT_CLUSTERS, Act.RELAY}),
    Role.MANAGER: frozenset(
        {
            Act.READ,
            Act.RECORD,
            Act.HANDLE_OWN,
            Act.HANDLE_ANY,
            Act.EDIT_CLUSTERS,
            Act.RELAY,
            Act.REASSIGN,
            Act.MERGE,
            Act.VERIFY,
            Act.SEE_CONFIDENTIAL,
        }
    ),
    Role.ADMINISTRATOR: frozenset(set(Act) - {Act.VERIFY, Act.EXPORT}),
}


def acts_of(roles: set[Role]) -> frozenset[Act]:
    """Everything that a person with these roles may do."""
    return frozenset().union(*(ACTS[role] for role in roles))
