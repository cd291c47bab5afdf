"""Times as they are typed: wall time of the chosen zone, errors at the field."""

from typing import Any

import pytest

from ifa_crm.staff.models import User
from meetings.choices import MeetingState
from meetings.forms.outcome import AmendForm, RecordForm
from meetings.forms.parts import WhenForm
from meetings.forms.planning import PlanForm
from tests import make

pytestmark = pytest.mark.django_db


class TimeForm(WhenForm):
    groups = [WhenForm.WHEN]


def typed(**values: str) -> TimeForm:
    given = {"day": "2027-05-04", "starts_at": "10:00", "ends_at": "11:00"}
    return TimeForm(given | {"time_zone": "Europe/Paris"} | values, likely_zones=["Europe/Paris"])


@pytest.mark.parametrize(
    ("values", "starts", "ends"),
    [
        ({}, "2027-05-04T08:00", "2027-05-04T09:00"),
        ({"time_zone": "America/New_York"}, "2027-05-04T14:00", "2027-05-04T15:00"),
        ({"time_zone": "Asia/Tokyo"}, "2027-05-04T01:00", "2027-05-04T02:00"),
        ({"time_zone": "UTC"}, "2027-05-04T10:00", "2027-05-04T11:00"),
        ({"day": "2027-01-04"}, "2027-01-04T09:00", "2027-01-04T10:00"),
        ({"starts_at": "23:30", "ends_at": "00:30"}, "2027-05-04T21:30", "2027-05-04T22:30"),
        # the night in which clocks go forward: two hours on the wall are one
        (
            {"day": "2027-03-28", "starts_at": "01:30", "ends_at": "03:30"},
            "2027-03-28T00:30",
            "2027-03-28T01:30",
        ),
    ],
)
def test_wall_time_is_read_in_its_zone(values: dict[str, str], starts: str, ends: str) -> None:
    form = typed(**values)
    assert form.is_valid(), form.errors
    assert f"{form.starts:%Y-%m-%dT%H:%M}" == starts
    assert f"{form.ends:%Y-%m-%dT%H:%M}" == ends


SPRING, AUTUMN = {"day": "2027-03-28"}, {"day": "2027-10-31"}
IN_NEW_YORK = {"day": "2027-11-07", "time_zone": "America/New_York"}


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (SPRING | {"starts_at": "02:30", "ends_at": "04:00"}, "starts_at", "There is no 02:30"),
        (SPRING | {"starts_at": "01:00", "ends_at": "02:15"}, "ends_at", "There is no 02:15"),
        (AUTUMN | {"starts_at": "02:30", "ends_at": "04:00"}, "starts_at", "comes twice"),
        (AUTUMN | {"starts_at": "01:00", "ends_at": "02:30"}, "ends_at", "comes twice"),
        (IN_NEW_YORK | {"starts_at": "01:30", "ends_at": "03:00"}, "starts_at", "comes twice"),
        ({"ends_at": "10:00"}, "ends_at", "must end after it starts"),
        ({"ends_at": "09:00"}, "ends_at", "must end after it starts"),
        ({"ends_at": ""}, "ends_at", "until when"),
        ({"starts_at": ""}, "starts_at", "until when"),
        ({"day": ""}, "day", "until when"),
        ({"day": "0027-05-04"}, "day", "The year must be"),
        (
            {"day": "9999-12-31", "starts_at": "23:30", "ends_at": "00:10"},
            "day",
            "The year must be",
        ),
        ({"time_zone": "Europe/Atlantis"}, "time_zone", "valid choice"),
        ({"starts_at": "25:00"}, "starts_at", "valid time"),
    ],
)
def test_a_time_that_is_none_is_said_at_its_field(
    values: dict[str, str], field: str, words: str
) -> None:
    form = typed(**values)
    assert not form.is_valid()
    assert words in str(form.errors[field])


def test_the_same_wall_time_is_there_in_tokyo() -> None:
    for day in ("2027-03-28", "2027-10-31"):
        night = {"day": day, "starts_at": "02:30", "ends_at": "03:30"}
        assert typed(**night, time_zone="Asia/Tokyo").is_valid()


def test_no_time_at_all_is_a_draft_without_time() -> None:
    form = typed(day="", starts_at="", ends_at="")
    assert form.is_valid()
    assert (form.starts, form.ends) == (None, None)


def _form(kind: type[Any], user: User, data: dict[str, Any] | None = None) -> Any:
    lead, cluster = make.lead(owner=user), make.cluster()
    return kind(data, lead=lead, cluster=cluster, user=user, likely_zones=["Europe/Paris"])


def test_likely_zones_stand_in_front(adviser: User) -> None:
    choices = _form(PlanForm, adviser).fields["time_zone"].choices
    assert choices[0][1][0] == ("Europe/Paris", "Europe/Paris")
    assert ("Asia/Tokyo", "Asia/Tokyo") in choices[1][1]


def test_a_guest_needs_a_name(adviser: User) -> None:
    form = _form(RecordForm, adviser, {"guest1_email": "x@example.org"})
    assert not form.is_valid()
    assert "guest1_name" in form.errors


def test_people_offered_are_those_who_are_there(adviser: User, manager: User) -> None:
    lead, cluster = make.qualified_lead(owner=adviser), make.cluster(desk_officer=manager)
    gone = make.contact(investor=lead.investor, is_active=False)
    old, new = (make.leader(cluster=cluster, is_active=active) for active in (False, True))
    elsewhere = make.leader(cluster=make.cluster())
    form = PlanForm(lead=lead, cluster=cluster, user=adviser, likely_zones=["UTC"])
    offered = {name: set(form.fields[name].queryset) for name in ("contacts", "leaders", "staff")}
    assert gone not in offered["contacts"]
    assert offered["contacts"] == {*lead.investor.contacts.filter(is_active=True)}
    assert offered["leaders"] == {new}
    assert offered["staff"] == {adviser, manager}
    assert {old, elsewhere}.isdisjoint(offered["leaders"])


def test_who_did_not_come_is_not_ticked_again(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    meeting = make.meeting(lead=lead, state=MeetingState.HELD)
    meeting.participants.filter(staff=adviser).update(came=False)
    form = AmendForm(meeting=meeting, lead=lead, cluster=meeting.cluster, user=adviser)
    assert form.initial["staff"] == []
    assert form.initial["contacts"] == [lead.investor.contacts.get()]
