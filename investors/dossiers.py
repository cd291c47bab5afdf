"""What the next one must know of a lead: promised, open, coming; for many leads at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ifa_crm.shared.extend import Promise, promises_of
from ifa_crm.shared.together import Read, read_together
from ifa_crm.staff.models import User
from investors.choices import SHORTLIST_ENDED, ShortlistState
from investors.models import Action, Engagement, HandedLead, Interaction, Lead, Shortlisting
from investors.timeline import person

_UNDECIDED = {*ShortlistState} - SHORTLIST_ENDED - {ShortlistState.INTRODUCED}


@dataclass
class Dossier:
    """One lead of a handover, with everything on one page."""

    handed: HandedLead
    actions: list[Action] = field(default_factory=list)
    unanswered: list[Interaction] = field(default_factory=list)
    shortlist: list[Shortlisting] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)

    @property
    def lead(self) -> Lead:
        lead: Lead = self.handed.lead
        return lead

    @property
    def next_due(self) -> dt.date | None:
        return self.lead.next_due


def dossiers_of(rows: Sequence[HandedLead], user: User) -> list[Dossier]:
    """Of leads that ``user`` sees: two queries, and one of each higher app."""
    found = {handed.lead_id: Dossier(handed) for handed in rows}
    read: dict[str, list[Any]] = read_together(_reads(list(found), user)) if found else {}
    for name, its_rows in read.items():
        for row in its_rows:
            getattr(found[row.lead_id], name).append(row)
    by_lead: dict[int, list[Promise]] = defaultdict(list)
    for promise in promises_of(list(found), user):
        by_lead[promise.lead].append(promise)
    for key, dossier in found.items():
        dossier.promises = sorted(by_lead[key], key=lambda promise: str(promise.at))
    return list(found.values())


def _reads(keys: list[int], user: User) -> dict[str, Read]:
    mine: dict[str, Any] = {"lead__in": keys}
    return {
        "actions": Read(
            Action.objects.open().filter(**mine),
            ("lead", "what", "due", *person("assignee")),
            order=lambda action: (action.due, action.pk),
        ),
        "unanswered": Read(
            Interaction.objects.unanswered().filter(**mine),
            ("lead", "kind", "subject", "happened_at"),
            order=lambda said: (said.happened_at, said.pk),
        ),
        "shortlist": Read(
            Shortlisting.objects.filter(state__in=_UNDECIDED, **mine),
            ("ref", "lead", "state", "state_since", "cluster__name"),
            order=lambda row: (row.state_since, row.pk),
        ),
        "engagements": Read(
            Engagement.objects.visible_to(user).live().filter(**mine),
            ("ref", "lead", "kind", "state", "project__name"),
            order=lambda row: row.pk,
        ),
    }
