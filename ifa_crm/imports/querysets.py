"""Reads of imports. A file may hold what is confidential: its owner and administrators see it."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from ifa_crm.imports.choices import OUTCOME_ASKS, Decision, Outcome, Result
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act

if TYPE_CHECKING:
    from ifa_crm.imports.models import Import, ImportRow, Mapping


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> Self:
        return self if user.may(Act.ADMINISTER) else self.filter(owner=user)

    def begun_before(self, moment: dt.datetime) -> Self:
        return self.filter(begun_at__lt=moment)


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    def undecided(self) -> Self:
        """Possible duplicates that nobody has said anything about."""
        return self.filter(outcome__in=OUTCOME_ASKS, decision=Decision.NONE, result=Result.NONE)

    def refused_at_once(self) -> Self:
        """Refused by the check, so that nobody tried to write them."""
        return self.filter(outcome=Outcome.REFUSED, result=Result.NONE)

    def refused(self) -> Self:
        """By the check or while they were written."""
        return self.filter(Q(outcome=Outcome.REFUSED) | Q(result=Result.REFUSED))

    def to_write(self) -> Self:
        """What the next writing takes: neither refused, nor undecided, nor written before."""
        asked = Q(outcome__in=OUTCOME_ASKS) & ~Q(decision=Decision.NONE)
        plain = Q(outcome__in=[Outcome.CREATE, Outcome.UPDATE, Outcome.UNCHANGED])
        return self.filter(plain | asked, result=Result.NONE)


class MappingQuerySet(models.QuerySet["Mapping"]):
    def offered_to(self, user: User, noun: str) -> Self:
        return self.filter(owner=user, noun=noun)
