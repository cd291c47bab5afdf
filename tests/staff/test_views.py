"""My profile and the language of the pages."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ifa_crm.staff.models import Absence, User
from tests import make
from tests.conftest import SignIn

TODAY = dt.date(2026, 3, 4)


def profile_data(client: Client, **changes: str) -> dict[str, str]:
    form = client.get("/profile/").context["form"]
    return {name: str(form[name].value() or "") for name in form.fields} | changes


def test_profile_shows_what_only_an_administrator_changes(adviser: User, as_user: SignIn) -> None:
    adviser.office = make.office(name="Tokyo")
    adviser.save()
    page = as_user(adviser).get("/profile/").content.decode()
    for text in ("Tokyo", adviser.email, "an.adviser", "Adviser"):
        assert text in page
    assert 'name="office"' not in page
    assert 'name="email"' not in page


def test_profile_is_saved_and_the_page_speaks_the_new_language(
    adviser: User, as_user: SignIn
) -> None:
    client = as_user(adviser)
    data = profile_data(client, language="fr", time_zone="Asia/Tokyo", last_name="Suzuki")
    answer = client.post("/profile/", data, follow=True)
    adviser.refresh_from_db()
    assert (adviser.language, adviser.time_zone) == ("fr", "Asia/Tokyo")
    assert adviser.last_name == "Suzuki"
    assert answer.headers["Content-Language"] == "fr"
    assert '<html lang="fr">' in answer.content.decode()


def test_profile_cannot_change_anything_else(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    sneaky = {"is_staff": "on", "is_superuser": "on", "email": "x@example.org", "office": "1"}
    client.post("/profile/", profile_data(client, **sneaky))
    adviser.refresh_from_db()
    assert not adviser.is_staff
    assert not adviser.is_superuser
    assert adviser.email != "x@example.org"


def test_a_failing_profile_keeps_what_was_typed(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    answer = client.post("/profile/", profile_data(client, time_zone="Mars", phone="+81 3 1234"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "+81 3 1234" in page
    assert 'href="#id_time_zone"' in page


def test_two_windows_of_one_profile_do_not_undo_each_other(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    first, second = profile_data(client), profile_data(client)
    client.post("/profile/", first | {"phone": "1"})
    client.post("/profile/", second | {"last_name": "Suzuki"})
    adviser.refresh_from_db()
    assert (adviser.phone, adviser.last_name) == ("1", "Suzuki")


def test_an_absence_is_noted_and_taken_out(adviser: User, colleague: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    day = timezone.localdate(timezone=adviser.zone).isoformat()
    data = {"first_day": day, "last_day": day, "stand_in": str(colleague.pk)}
    assert client.post("/profile/absences/new/", data).status_code == 302
    absence = adviser.absences.get()
    assert absence.stand_in == colleague
    assert str(colleague) in client.get("/profile/").content.decode()
    address = f"/profile/absences/{absence.pk}/remove/"
    assert client.get(address).status_code == 200
    assert adviser.absences.exists(), "a GET writes nothing"
    assert client.post(address).status_code == 302
    assert not adviser.absences.exists()


@pytest.mark.parametrize(
    ("last_day", "stand_in", "sentence"),
    [
        ("2026-03-03", "", "The last day must not be before the first."),
        ("2026-03-05", "self", "Select a valid choice."),
    ],
)
def test_an_absence_that_makes_no_sense_says_why(
    adviser: User, as_user: SignIn, last_day: str, stand_in: str, sentence: str
) -> None:
    data = {
        "first_day": "2026-03-04",
        "last_day": last_day,
        "stand_in": str(adviser.pk) if stand_in else "",
    }
    answer = as_user(adviser).post("/profile/absences/new/", data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_nobody_takes_out_the_absence_of_another(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    absence = Absence.objects.create(user=colleague, first_day=TODAY, last_day=TODAY)
    answer = as_user(adviser).post(f"/profile/absences/{absence.pk}/remove/")
    assert answer.status_code == 404
    assert Absence.objects.exists()


def test_a_stand_in_who_is_away_as_well_is_told(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    client, address = as_user(adviser), "/profile/absences/new/"
    first, last = (timezone.localdate() + dt.timedelta(days=n) for n in (3, 5))
    data = {"first_day": first, "last_day": last, "stand_in": str(colleague.pk)}
    words = f"{colleague} is away as well from"
    assert words not in client.post(address, data, follow=True).content.decode()
    colleague.absences.create(first_day=last, last_day=last)
    assert words in client.post(address, data, follow=True).content.decode()


def test_one_who_left_is_not_offered_to_stand_in(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert str(colleague) not in as_user(adviser).get("/profile/absences/new/").content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_profile_costs_six_queries(
    adviser: User,
    as_user: SignIn,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ahead = timezone.localdate() + dt.timedelta(1)
    for _ in range(rows):
        Absence.objects.create(user=adviser, first_day=ahead, last_day=ahead, stand_in=make.user())
    client = as_user(adviser)
    client.get("/profile/")
    # session, user, the profile's row, its absences; a savepoint on each side
    with django_assert_num_queries(6):
        client.get("/profile/")


# --- language --------------------------------------------------------------------------------


def test_the_language_is_remembered_for_a_visitor(client: Client, db: None) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "/accounts/login/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/")
    assert '<html lang="fr">' in client.get("/accounts/login/").content.decode()


def test_the_language_is_kept_with_the_person(adviser: User, as_user: SignIn) -> None:
    as_user(adviser).post("/language/", {"language": "fr"})
    adviser.refresh_from_db()
    assert adviser.language == "fr"


@pytest.mark.parametrize("language", ["", "xx", "../../etc", "de"])
def test_an_unknown_language_changes_nothing(adviser: User, as_user: SignIn, language: str) -> None:
    answer = as_user(adviser).post("/language/", {"language": language})
    adviser.refresh_from_db()
    assert (answer.status_code, adviser.language) == (302, "en")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_the_language_leads_nowhere_else(client: Client, db: None, target: str) -> None:
    answer = client.post("/language/", {"language": "fr", "next": target})
    assert answer.headers["Location"] == "/"


def test_the_language_is_not_changed_by_a_link(client: Client, db: None) -> None:
    assert client.get("/language/?language=fr").status_code == 405
