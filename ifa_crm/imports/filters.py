"""Filters of the list of imports."""

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from ifa_crm.imports.choices import ImportState
from ifa_crm.imports.models import Import
from ifa_crm.imports.nouns import nouns
from ifa_crm.shared.filtersets import HouseFilterSet


def _noun_choices() -> list[tuple[str, Any]]:
    return [(noun.key, noun.label) for noun in nouns().values()]


class ImportFilter(HouseFilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=ImportState.choices)
    noun = filters.ChoiceFilter(label=_("What is imported"), choices=_noun_choices)

    class Meta:
        model = Import
        fields: list[str] = []
