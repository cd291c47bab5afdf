"""Forms: errors at their place, services' refusals, the record field without JavaScript."""

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string

from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseForm, HouseModelForm
from ifa_crm.staff.models import Absence, Office, User
from tests import make


def office_field(**kwargs: Any) -> RecordChoiceField:
    return RecordChoiceField(
        Office.objects.all(),
        options_url="staff:profile",
        to_field_name="name",
        search=lambda rows, text: rows.filter(city__icontains=text),
        **kwargs,
    )


class VisitForm(HouseForm):
    groups = [("When", [("day", "at")]), ("Where", ["office"])]

    day = forms.DateField(help_text="The day of the visit")
    at = forms.DateTimeField(required=False)
    office = office_field(required=False)
    note = forms.CharField(required=False, widget=forms.Textarea)


def drawn(form: HouseForm | HouseModelForm) -> str:
    return render_to_string("components/form_fields.html", {"form": form})


# --- drawing ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_dates_get_the_native_pickers_in_iso() -> None:
    html = drawn(VisitForm(initial={"day": "2026-03-04"}))
    assert 'type="date"' in html
    assert 'type="datetime-local"' in html
    assert 'value="2026-03-04"' in html
    assert 'rows="4"' in html


@pytest.mark.django_db
def test_every_field_is_drawn_also_one_outside_the_groups() -> None:
    html = drawn(VisitForm())
    for name in ("day", "at", "office_text", "note"):
        assert f'name="{name}"' in html
    assert html.count("<fieldset") == 2
    assert "style=" not in html


@pytest.mark.django_db
def test_an_error_stands_at_the_top_with_a_link_and_at_its_field() -> None:
    form = VisitForm({"day": "soon", "note": "typed text"})
    html = drawn(form)
    assert form.error_links == [("id_day", "Day", "Enter a valid date.")]
    assert '<a href="#id_day">' in html
    assert "is-invalid" in html
    assert 'aria-invalid="true"' in html
    assert "typed text" in html
    assert 'aria-describedby="id_day_helptext id_day_error"' in html
    assert 'id="id_day_helptext"' in html
    assert 'id="id_day_error"' in html


# --- services --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_carry_out_keeps_what_the_service_returned() -> None:
    form = VisitForm({"day": "2026-03-04"})
    assert form.carry_out(lambda: "made")
    assert form.result == "made"


@pytest.mark.django_db
def test_carry_out_does_nothing_with_an_invalid_form() -> None:
    assert not VisitForm({}).carry_out(lambda: pytest.fail("called"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "place"),
    [
        (ValidationError("No.", "no"), "__all__"),
        (ValidationError({"day": ["No.", "Never."]}), "day"),
        (ValidationError({"owner": "No."}), "__all__"),
    ],
)
def test_a_refusal_lands_on_the_form_and_writes_nothing(error: ValidationError, place: str) -> None:
    def refuse() -> None:
        make.office(name="half done")
        raise error

    form = VisitForm({"day": "2026-03-04"})
    assert not form.carry_out(refuse)
    assert list(form.errors) == [place]
    assert not Office.objects.exists()
    assert not transaction.get_connection().needs_rollback


# --- the record field ------------------------------------------------------------------------


@pytest.fixture
def offices(db: None) -> list[Office]:
    return [
        make.office(name="Tokyo", city="Tokyo"),
        make.office(name="Kyoto", city="Kyoto"),
        make.office(name="Boston", city="Boston"),
    ]


def picked(**data: str) -> VisitForm:
    form = VisitForm({"day": "2026-03-04"} | data)
    form.is_valid()
    return form


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, None),
        ({"office": "Tokyo"}, "Tokyo"),
        ({"office": "Tokyo", "office_text": "Tokyo", "office_for": "Tokyo"}, "Tokyo"),
        ({"office_text": "bost"}, "Boston"),
        ({"office_text": " KYOTO "}, "Kyoto"),
        ({"office": "Tokyo", "office_text": "bost", "office_for": "Tokyo"}, "Boston"),
        ({"office": "Tokyo", "office_text": "", "office_for": "Tokyo"}, None),
        ({"office": "Kyoto", "office_text": "kyo", "office_for": "kyo"}, "Kyoto"),
    ],
)
def test_the_record_is_found(
    offices: list[Office], data: dict[str, str], expected: str | None
) -> None:
    form = picked(**data)
    assert not form.errors
    assert getattr(form.cleaned_data["office"], "name", None) == expected


def test_one_whose_name_is_exactly_typed_counts_more_than_several(offices: list[Office]) -> None:
    make.office(name="Kyoto North", city="Kyoto")
    assert picked(office_text="kyoto").cleaned_data["office"].name == "Kyoto"


def test_several_matches_come_back_as_a_choice_that_then_counts(offices: list[Office]) -> None:
    form = picked(office_text="kyo")
    assert form.errors["office"] == ["Several records match. Pick one of them."]
    html = drawn(form)
    assert '<option value="Tokyo">Tokyo</option>' in html
    assert '<option value="Kyoto">Kyoto</option>' in html
    assert 'name="office_for" value="kyo"' in html
    assert 'aria-invalid="true"' in html


def test_choices_of_one_form_do_not_reach_the_next(offices: list[Office]) -> None:
    picked(office_text="kyo")
    assert "<option" not in drawn(VisitForm())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"office_text": "Paris"}, "Nothing on record matches “Paris”."),
        ({"office": "Paris"}, "That record is not there, or not open to you."),
    ],
)
def test_what_is_not_there_is_said(
    offices: list[Office], data: dict[str, str], sentence: str
) -> None:
    form = picked(**data)
    assert form.errors["office"] == [sentence]
    assert data.get("office_text", "") in drawn(form)


def test_the_field_starts_with_the_stored_record(offices: list[Office]) -> None:
    class PersonForm(HouseModelForm):
        office = office_field(required=False)

        class Meta:
            model = User
            fields = ["office"]

    person = make.user(office=offices[0])
    html = drawn(PersonForm(instance=person))
    assert 'name="office_text" value="Tokyo"' in html
    assert 'name="office" value="Tokyo"' in html
    unchanged = {"office": "Tokyo", "office_text": "Tokyo", "office_for": "Tokyo"}
    assert not PersonForm(unchanged, instance=person).has_changed()
    assert PersonForm({"office_text": "bost"}, instance=person).has_changed()
    form = PersonForm({"office_text": "bost"}, instance=person)
    assert form.carry_out(form.save)
    person.refresh_from_db()
    assert person.office == offices[2]


@pytest.mark.django_db
def test_a_constraint_of_the_row_speaks_through_the_form() -> None:
    class AbsenceForm(HouseModelForm):
        class Meta:
            model = Absence
            fields = ["user", "first_day", "last_day"]

    person = make.user()
    form = AbsenceForm(
        {"user": str(person.pk), "first_day": "2026-03-04", "last_day": "2026-03-03"}
    )
    assert not form.is_valid()
    assert form.error_links == [("", "", "The last day must not be before the first.")]
