"""Filters of the lists about people."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.filtersets import HouseFilterSet
from ifa_crm.staff.models import ExportLog, User


class ExportFilter(HouseFilterSet):
    user = filters.ModelChoiceFilter(
        label=_("Who"), queryset=User.objects.all(), to_field_name="username"
    )
    of = filters.CharFilter(label=_("List"), lookup_expr="icontains")
    since = filters.DateFilter("at__date", "gte", label=_("Exported from"))
    until = filters.DateFilter("at__date", "lte", label=_("Exported until"))

    class Meta:
        model = ExportLog
        fields: list[str] = []
