"""What a file of clusters, organisations or projects holds: what their tables show."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clusters.choices import Standing
from ifa_crm.shared.columns import Column


def _standing(cluster: Any) -> str:
    return str(Standing(cluster.standing_in(settings.REFERENCE_YEAR)).label)


CLUSTER_COLUMNS = (
    Column("name", _("Cluster"), lambda row: row.name),
    Column("specialty", _("Specialty"), lambda row: row.specialty),
    Column("tier", _("Tier"), lambda row: row.get_tier_display()),
    Column(
        "sectors",
        _("Sectors"),
        lambda row: "; ".join(str(link.sector) for link in row.sector_links.all()),
    ),
    Column("seat", _("Seat"), lambda row: row.seat_city),
    Column(
        "regions",
        _("Regions"),
        lambda row: "; ".join(link.region.name for link in row.region_links.all()),
    ),
    Column("standing", _("Standing"), _standing),
    Column("today", _("Standing today"), lambda row: row.get_status_today_display()),
    Column("ended", _("Ended"), lambda row: row.ended_year),
    Column("officer", _("Desk officer"), lambda row: row.desk_officer),
)

ORGANISATION_COLUMNS = (
    Column("name", _("Organisation"), lambda row: row.name, code="organisation.name"),
    Column("kind", _("Kind"), lambda row: row.get_kind_display(), code="organisation.kind"),
    Column("country", _("Country"), lambda row: row.country.name, code="organisation.country"),
    Column("city", _("City"), lambda row: row.city, code="organisation.city"),
    Column("members", _("Member of clusters"), lambda row: row.member_count),
    Column("partnerships", _("Partner of clusters"), lambda row: row.partnership_count),
    Column("projects", _("Partner of projects"), lambda row: row.project_count),
    Column("reference", _("Reference"), lambda row: row.ref, code="organisation.ref"),
)

PROJECT_COLUMNS = (
    Column("name", _("Project"), lambda row: row.name),
    Column("kind", _("Kind"), lambda row: row.get_kind_display()),
    Column("status", _("Status"), lambda row: row.get_status_display()),
    Column(
        "clusters",
        _("Clusters"),
        lambda row: "; ".join(str(link.cluster) for link in row.cluster_links.all()),
    ),
    Column("partners", _("Partners"), lambda row: row.partner_count),
    Column("published", _("Partners published"), lambda row: row.published_partners),
    Column("seats", _("Open seats"), lambda row: row.seat_count),
    Column("budget", _("Budget"), lambda row: row.budget_amount),
    Column(
        "currency",
        _("Currency"),
        lambda row: row.budget_currency if row.budget_amount is not None else None,
    ),
    Column("reference", _("Reference"), lambda row: row.ref),
)
