"""Two people at the same moment, with real connections, on whichever database runs."""

from collections.abc import Callable
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from clusters.models import Organisation, ProjectPartner
from ifa_crm.staff.roles import Role
from investors.choices import Contribution, EngagementState, ShortlistState
from investors.models import Engagement, Lead, Shortlisting
from investors.services import engagements, leads, shortlist
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Start all acts at the same moment; what came of each: *done* or the code of its refusal."""
    start, results = Barrier(len(acts)), ["never ended"] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait()
            act()
            results[place] = "done"
        except ValidationError as refusal:
            results[place] = str(getattr(refusal, "code", "refused"))
        except Exception as error:  # the test names whatever else went wrong
            results[place] = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(results)


def confirming(engagement: Engagement) -> Callable[[], Engagement]:
    """A manager who read the page some time ago and now confirms."""
    who, seen = make.user(role=Role.MANAGER), Engagement.objects.get(pk=engagement.pk)
    return lambda: engagements.verify(
        actor=who,
        engagement=seen,
        contribution=Contribution.DECISIVE,
        counterfactual="Elsewhere.",
    )


def test_only_one_of_two_confirmations_wins() -> None:
    engagement = make.engagement(state=EngagementState.AGREED)
    assert at_once(confirming(engagement), confirming(engagement)) == ["done", "not_from_here"]
    engagement.refresh_from_db()
    assert engagement.state == EngagementState.VERIFIED
    assert engagement.log.filter(to_state=EngagementState.VERIFIED).count() == 1
    assert ProjectPartner.objects.filter(project=engagement.project_id).count() == 1


def test_only_one_of_two_investors_gets_the_seat() -> None:
    project = make.project()
    seat = make.seat(project=project)
    rivals = [
        make.engagement(project=project, seat=seat, state=EngagementState.AGREED) for _ in range(2)
    ]
    assert at_once(*map(confirming, rivals)) == ["done", "seat_taken"]
    assert ProjectPartner.objects.filter(project=project).count() == 1
    assert Engagement.objects.filter(state=EngagementState.VERIFIED).count() == 1


def test_two_needs_of_one_investor_confirmed_at_once_make_one_organisation() -> None:
    owner = make.user()
    investor = make.investor(actor=owner)
    both = [
        make.engagement(
            lead=make.qualified_lead(owner=owner, investor=investor), state=EngagementState.AGREED
        )
        for _ in range(2)
    ]
    assert at_once(*map(confirming, both)) == ["done", "done"]
    assert Organisation.objects.filter(name=investor.name).count() == 1


def test_confirming_and_sending_back_do_not_both_happen() -> None:
    engagement = make.engagement(state=EngagementState.AGREED)
    manager, seen = make.user(role=Role.MANAGER), Engagement.objects.get(pk=engagement.pk)
    results = at_once(
        confirming(engagement),
        lambda: engagements.send_back(actor=manager, engagement=seen, reason="A typo."),
    )
    assert results == ["done", "not_from_here"]


def test_two_needs_of_one_investor_are_edited_without_waiting_for_each_other() -> None:
    """Each folds the text of the other: locks taken the other way round would be a deadlock."""
    owner = make.user()
    investor = make.investor(actor=owner)
    both = [make.lead(owner=owner, investor=investor) for _ in range(2)]

    def edit(lead: Lead) -> Callable[[], Any]:
        def many() -> None:
            for turn in range(5):
                leads.edit_lead(actor=owner, lead=lead, changes={"title": f"Need {turn}"})

        return many

    assert at_once(*map(edit, both)) == ["done", "done"]


def test_cluster_noted_twice_at_once_stands_there_once() -> None:
    owner, cluster = make.user(), make.cluster()
    lead = make.lead(owner=owner)

    def note() -> Shortlisting:
        return shortlist.note_cluster(actor=owner, lead=lead, cluster=cluster)

    results = at_once(note, note)
    assert results.count("done") == 1
    assert lead.shortlist.count() == 1


def test_answer_and_closing_at_once_leave_one_history() -> None:
    item = make.shortlisting(state=ShortlistState.PUT)
    manager = make.user(role=Role.MANAGER)
    results = at_once(
        lambda: shortlist.accept(actor=manager, shortlisting=item),
        lambda: shortlist.close(actor=manager, shortlisting=item, reason="No more."),
    )
    item.refresh_from_db()
    moves = list(item.log.order_by("at", "pk").values_list("from_state", "to_state"))
    assert all(before[1] == after[0] for before, after in pairwise(moves))
    assert item.state == moves[-1][1]
    assert "done" in results


def test_opening_the_same_engagement_twice_at_once_opens_one() -> None:
    owner, project = make.user(), make.project()
    lead, cluster = make.lead(owner=owner), project.clusters.get()

    def open_it() -> Engagement:
        return engagements.open_engagement(
            actor=owner,
            lead=lead,
            cluster=cluster,
            kind="join",  # type: ignore[arg-type]
            project=project,
            opened_on=timezone.localdate(),
        )

    results = at_once(open_it, open_it)
    assert results.count("done") == 1
    assert Engagement.objects.filter(lead=lead).count() == 1
