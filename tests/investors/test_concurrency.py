"""Many people at one lead at the same moment, on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from ifa_crm.staff.models import User
from investors.models import Lead
from investors.services import actions, leads
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 8


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act returned or raised, all begun together, each on its own connection."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        except ValidationError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_one_of_many_takes_the_lead() -> None:
    lead = make.lead()
    people = [make.user() for _ in range(MANY)]
    for person in people:
        assert person.acts  # read before the threads begin

    def taker(person: User) -> Callable[[], Lead]:
        return lambda: leads.take(actor=person, lead=lead)

    results = at_once([taker(person) for person in people])
    taken = [each for each in results if isinstance(each, Lead)]
    refused = [each for each in results if isinstance(each, ValidationError)]
    lead.refresh_from_db()
    assert len(taken) == 1
    assert {each.code for each in refused} == {"owned"}
    assert lead.owner == taken[0].owner


def test_an_action_is_done_once() -> None:
    owner = make.user()
    lead = make.lead(owner=owner)
    make.action(lead=lead)
    action = lead.actions.earliest("due")
    assert owner.acts
    results = at_once([lambda: actions.complete_action(actor=owner, action=action)] * MANY)
    assert len([each for each in results if not isinstance(each, ValidationError)]) == 1
    assert lead.actions.open().count() == 1


def test_the_last_two_actions_are_not_both_done_without_a_next() -> None:
    owner = make.user()
    lead = make.lead(owner=owner)
    make.action(lead=lead)
    assert owner.acts

    def doer(action: Any) -> Callable[[], Any]:
        return lambda: actions.complete_action(actor=owner, action=action)

    results = at_once([doer(action) for action in lead.actions.all()])
    assert len([each for each in results if isinstance(each, ValidationError)]) == 1
    assert lead.actions.open().count() == 1
