"""Two people editing one record: a clash only where both changed the same field."""

import datetime as dt

import pytest

from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseModelForm
from ifa_crm.staff.models import Absence, User
from ifa_crm.staff.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


class PersonForm(ClashMixin, HouseModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "office", "groups", "language", "is_active"]


@pytest.fixture
def person() -> User:
    return make.user(
        role=Role.ADVISER, first_name="Aiko", last_name="Sato", office=make.office(name="Tokyo")
    )


def opened(person: User) -> dict[str, object]:
    """What a browser would send of a form that nobody touched."""
    form = PersonForm(instance=User.objects.get(pk=person.pk))
    data: dict[str, object] = {}
    for name in form.fields:
        value = form[name].value()
        if name == "groups":
            data[name] = [str(key) for key in value]
        elif value is not False:
            data[name] = "" if value is None else str(value)
    return data


def sent(person: User, data: dict[str, object]) -> PersonForm:
    form = PersonForm(data, instance=User.objects.get(pk=person.pk))
    if form.is_valid():
        form.save()
    person.refresh_from_db()
    return form


def test_nothing_touched_keeps_what_another_changed(person: User) -> None:
    data = opened(person)
    osaka = make.office(name="Osaka")
    User.objects.filter(pk=person.pk).update(
        last_name="Suzuki", office=osaka, language="fr", is_active=False
    )
    person.groups.set([make.group(Role.DESK), make.group(Role.MANAGER)])
    assert not sent(person, data).errors
    assert (person.last_name, person.office, person.language) == ("Suzuki", osaka, "fr")
    assert not person.is_active
    assert person.roles == {Role.DESK, Role.MANAGER}


def test_different_fields_are_both_kept(person: User) -> None:
    data = opened(person) | {"first_name": "Akiko"}
    User.objects.filter(pk=person.pk).update(last_name="Suzuki")
    assert not sent(person, data).errors
    assert (person.first_name, person.last_name) == ("Akiko", "Suzuki")


def test_the_same_change_twice_is_no_clash(person: User) -> None:
    data = opened(person) | {"last_name": "Suzuki"}
    User.objects.filter(pk=person.pk).update(last_name="Suzuki")
    assert not sent(person, data).errors


def test_a_clash_shows_both_versions_and_the_second_send_decides(person: User) -> None:
    data = opened(person) | {"last_name": "Suzuki", "first_name": "Akiko"}
    User.objects.filter(pk=person.pk).update(last_name="Tanaka", language="fr")
    form = sent(person, data)
    assert list(form.errors) == ["last_name"]
    assert "“Tanaka”" in form.errors["last_name"][0]
    assert "“Suzuki”" in form.errors["last_name"][0]
    assert person.last_name == "Tanaka"

    again = data | {"clash_base": form["clash_base"].value()}
    assert not sent(person, again).errors
    assert (person.first_name, person.last_name) == ("Akiko", "Suzuki")
    assert person.language == "fr", "what only the other changed is still theirs"


def test_a_third_change_clashes_again(person: User) -> None:
    data = opened(person) | {"last_name": "Suzuki"}
    User.objects.filter(pk=person.pk).update(last_name="Tanaka")
    again = data | {"clash_base": sent(person, data)["clash_base"].value()}
    User.objects.filter(pk=person.pk).update(last_name="Ito")
    assert "“Ito”" in sent(person, again).errors["last_name"][0]


def test_many_to_many_fields_clash_by_their_names(person: User) -> None:
    data = opened(person) | {"groups": [str(make.group(Role.DESK).pk)]}
    person.groups.set([make.group(Role.MANAGER)])
    message = sent(person, data).errors["groups"][0]
    assert "“Manager”" in message
    assert "“Cluster desk”" in message


def test_records_and_choices_are_shown_by_name(person: User) -> None:
    boston = make.office(name="Boston")
    data = opened(person) | {"office": "", "language": "fr"}
    User.objects.filter(pk=person.pk).update(office=boston, language="xx")
    errors = sent(person, data).errors
    assert "“Boston”" in errors["office"][0]
    assert "“nothing”" in errors["office"][0]
    assert "“French”" in errors["language"][0]


def test_another_error_keeps_the_base(person: User) -> None:
    data = opened(person) | {"language": "klingon", "first_name": "Akiko"}
    User.objects.filter(pk=person.pk).update(last_name="Tanaka")
    form = sent(person, data)
    assert list(form.errors) == ["language"]
    again = data | {"language": "en", "clash_base": form["clash_base"].value()}
    assert not sent(person, again).errors
    assert person.last_name == "Tanaka"


@pytest.mark.parametrize("base", ["", "forged", "e30:1abcde:xxxxxxxx"])
def test_a_forged_base_counts_as_the_present_state(person: User, base: str) -> None:
    data = opened(person) | {"last_name": "Suzuki", "clash_base": base}
    User.objects.filter(pk=person.pk).update(last_name="Tanaka")
    assert not sent(person, data).errors
    assert person.last_name == "Suzuki"


def test_a_base_of_another_record_does_not_count(person: User) -> None:
    other = make.user(last_name="Tanaka")
    data = opened(person) | {"last_name": "Suzuki", "clash_base": opened(other)["clash_base"]}
    assert not sent(person, data).errors


def test_dates_compare_as_dates() -> None:
    class AbsenceForm(ClashMixin, HouseModelForm):
        class Meta:
            model = Absence
            fields = ["first_day", "last_day"]

    absence = Absence.objects.create(
        user=make.user(), first_day=dt.date(2026, 3, 4), last_day=dt.date(2026, 3, 6)
    )
    base = AbsenceForm(instance=absence)["clash_base"].value()
    Absence.objects.update(last_day=dt.date(2026, 3, 8))
    absence.refresh_from_db()
    data = {"first_day": "2026-03-05", "last_day": "2026-03-06", "clash_base": base}
    form = AbsenceForm(data, instance=absence)
    assert form.is_valid(), form.errors
    assert form.save().last_day == dt.date(2026, 3, 8)
