"""The short ways to a label and an address end where Django's own do."""

import pytest
from django.db.models import Model
from django.urls import reverse, set_script_prefix
from django.utils import translation

from clusters.models import Cluster
from ifa_crm.shared.addresses import record_address
from investors.choices import Priority, Stage, Status
from investors.models import Engagement, Interaction, Investor, Lead
from meetings.models import Meeting


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("model", [Cluster, Engagement, Interaction, Investor, Lead, Meeting])
def test_every_label_is_the_one_django_finds(model: type[Model], language: str) -> None:
    fields = [field for field in model._meta.get_fields() if getattr(field, "choices", None)]
    assert fields
    with translation.override(language):
        for field in fields:
            values = [value for value, _label in field.flatchoices][:40]
            for value in [*values, "", "not-a-choice"]:
                row = model(**{field.name: value})
                shown = getattr(row, f"get_{field.name}_display")()
                assert shown == Model._get_FIELD_display(row, field)  # type: ignore[attr-defined]


def test_a_label_follows_the_language() -> None:
    lead = Lead(stage=Stage.QUALIFIED, status=Status.ACTIVE, priority=Priority.HIGH)
    english = (lead.get_stage_display(), lead.get_status_display())
    with translation.override("fr"):
        assert (lead.get_stage_display(), lead.get_status_display()) != english
    assert (lead.get_stage_display(), lead.get_status_display()) == english


@pytest.mark.parametrize("name", ["lead_detail", "action_done", "interaction_quick"])
def test_an_address_is_that_of_reverse(name: str) -> None:
    for ref in ("L-7KX2M", "a_b-C9"):
        assert record_address(f"investors:{name}", ref) == reverse(f"investors:{name}", args=[ref])


def test_an_address_stands_below_the_prefix_of_the_site() -> None:
    plain = record_address("investors:lead_detail", "L-1")
    set_script_prefix("/crm/")
    try:
        assert record_address("investors:lead_detail", "L-1") == f"/crm{plain}"
    finally:
        set_script_prefix("/")
    assert record_address("investors:lead_detail", "L-1") == plain
