"""People and offices: each rule through the form's check and in the database."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from ifa_crm.staff.models import Absence, Holiday, Office, User, WorkingHours
from ifa_crm.staff.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 4)


def hours(office: Office, **fields: Any) -> WorkingHours:
    return WorkingHours(
        **{"office": office, "weekday": 0, "opens": dt.time(9), "closes": dt.time(18)} | fields
    )


def refused(row: models.Model, sentence: str) -> None:
    """The rule speaks through ``full_clean`` and holds in the database."""
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert sentence in str(caught.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_an_office_closes_after_it_opens() -> None:
    row = hours(make.office(), opens=dt.time(18), closes=dt.time(9))
    refused(row, "An office must close after it opens.")


def test_the_same_hours_stand_once() -> None:
    office = make.office()
    hours(office).save()
    refused(hours(office, closes=dt.time(12)), "These hours are already there.")


def test_a_holiday_stands_once() -> None:
    office = make.office()
    Holiday.objects.create(office=office, date=DAY, name="Holiday")
    row = Holiday(office=office, date=DAY, name="Another")
    refused(row, "This office already has a holiday on that date.")


def test_an_absence_ends_after_it_begins() -> None:
    row = Absence(user=make.user(), first_day=DAY, last_day=DAY - dt.timedelta(1))
    refused(row, "The last day must not be before the first.")


def test_somebody_else_stands_in() -> None:
    person = make.user()
    row = Absence(user=person, first_day=DAY, last_day=DAY, stand_in=person)
    refused(row, "Somebody else must stand in.")


def test_an_email_belongs_to_one_person_but_many_may_have_none() -> None:
    make.user(email="aiko@example.org")
    row = User(username="another", email="AIKO@example.org", password="!")
    refused(row, "Somebody else has this e-mail address.")
    make.user(email="")
    make.user(email="")


def test_an_absence_covers_its_first_and_last_day() -> None:
    absence = Absence(first_day=DAY, last_day=DAY + dt.timedelta(2))
    covered = [absence.covers(DAY + dt.timedelta(n)) for n in range(-1, 4)]
    assert covered == [False, True, True, True, False]


def test_a_time_zone_must_be_a_place() -> None:
    with pytest.raises(ValidationError, match="is not a time zone"):
        make.office(time_zone="Mars/Olympus").full_clean()
    assert make.office(time_zone="Asia/Tokyo").zone == ZoneInfo("Asia/Tokyo")


def test_names_of_rows() -> None:
    office = make.office(name="Tokyo")
    assert str(office) == "Tokyo"
    assert str(hours(office)) == "Monday 09:00-18:00"
    assert str(make.user(first_name="Aiko", last_name="Sato")) == "Aiko Sato"
    assert str(make.user(first_name="", last_name="", username="desk9")) == "desk9"


def test_one_query_tells_who_is_signed_in(django_assert_num_queries: Any) -> None:
    person = make.user(role=Role.ADVISER, office=make.office())
    person.groups.add(Group.objects.get_or_create(name=Role.MANAGER.value)[0])
    with django_assert_num_queries(1):
        found = User.objects.as_signed_in(person.pk)
        assert found is not None
        assert (found.office, found.roles) == (person.office, {Role.ADVISER, Role.MANAGER})


def test_nobody_is_signed_in_by_an_unknown_key() -> None:
    assert User.objects.as_signed_in(0) is None
    found = User.objects.as_signed_in(make.user(role=None).pk)
    assert found is not None
    assert found.roles == frozenset()
