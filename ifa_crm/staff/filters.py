"""Filters of the lists about people."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.lists import HouseFilterSet
from ifa_crm.staff.models import ExportLog, User


class ExportFilter(HouseFilterSet):
    user = filters.ModelChoiceFilter(
        label=_("Who"), queryset=User.objects.all(), to_field_name="username"
    )
    of = filters.CharFilter(label=_("List"), lookup_expr="icontains")
    at = filters.DateFromToRangeFilter(label=_("When"))

    class Meta:
        model = ExportLog
        fields: list[str] = []
