"""The limits of the public form hold when many send at the same moment."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from investors import enquiry_limits
from investors.enquiry_limits import PER_CALLER, PER_MAILBOX, may_send
from investors.models import EnquiryCount
from tests.investors.test_concurrency import at_once

MANY = 12


def _sender(number: int, *, caller: str = "", email: str = "") -> Callable[[], bool]:
    return lambda: may_send(
        caller=caller or f"203.0.113.{number}", email=email or f"a{number}@kitsune.example"
    )


@pytest.mark.django_db(transaction=True)
def test_no_more_pass_at_once_than_one_caller_may() -> None:
    passed = at_once([_sender(n, caller="203.0.113.7") for n in range(MANY)])
    assert sum(passed) == PER_CALLER[0][1]


@pytest.mark.django_db(transaction=True)
def test_no_more_pass_at_once_than_one_mailbox_takes() -> None:
    passed = at_once([_sender(n, email="abe@kitsune.example") for n in range(MANY)])
    assert sum(passed) == PER_MAILBOX


@pytest.mark.django_db(transaction=True)
def test_no_more_pass_at_once_than_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enquiry_limits, "IN_ALL", 4)
    passed = at_once([_sender(n) for n in range(MANY)])
    assert sum(passed) == 4


@pytest.mark.django_db
def test_what_is_refused_counts_nowhere() -> None:
    """Or who tried too often would use up the day while the hour is full."""
    for _n in range(PER_CALLER[0][1] + 3):
        may_send(caller="203.0.113.7", email=f"a{_n}@kitsune.example")
    counts = EnquiryCount.objects.filter(key__startswith="caller:")
    assert set(counts.values_list("sent", flat=True)) == {PER_CALLER[0][1]}


@pytest.mark.django_db
def test_counts_go_when_their_window_is_over() -> None:
    assert may_send(caller="203.0.113.7", email="a@kitsune.example")
    over = timezone.now() - dt.timedelta(seconds=1)
    EnquiryCount.objects.update(until=over)
    assert may_send(caller="203.0.113.8", email="b@kitsune.example")
    assert not EnquiryCount.objects.filter(until=over).exists()


@pytest.mark.django_db
def test_no_address_is_kept() -> None:
    may_send(caller="203.0.113.7", email="abe@kitsune.example")
    kept = " ".join(EnquiryCount.objects.values_list("key", flat=True))
    assert "203.0.113" not in kept
    assert "kitsune" not in kept
