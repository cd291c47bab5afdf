"""Sectors, regions and exchange rates."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clusters.models import ExchangeRate, Region, RelatedSectors, Sector
from ifa_crm.shared.admin_services import ReferenceAdmin


@admin.register(Sector)
class SectorAdmin(ReferenceAdmin):
    list_display = ("label_en", "label_fr", "key")
    search_fields = ("label_en", "label_fr", "key")
    fixed_fields = ("key",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"key": ("label_en",)}


@admin.register(RelatedSectors)
class RelatedSectorsAdmin(ReferenceAdmin):
    list_display = ("first", "second", "closeness", "why")
    list_select_related = ("first", "second")
    list_filter = ("first", "second")
    search_fields = (
        *("first__label_en", "first__label_fr", "second__label_en", "second__label_fr"),
        "why",
    )
    fixed_fields = ("first", "second")


@admin.register(Region)
class RegionAdmin(ReferenceAdmin):
    list_display = ("name", "name_today", "capital", "code_2005", "code_today", "is_overseas")
    list_filter = ("is_overseas", "name_today")
    search_fields = ("name", "name_today", "capital")
    fixed_fields = ("name",)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ReferenceAdmin):
    list_display = ("currency", "year", "per_euro", "days", "source")
    list_filter = ("year", "currency")
    search_fields = ("currency", "year")
    fixed_fields = ("currency", "year")
