"""The columns of the lists of clusters, organisations, projects, topics, calls and programmes."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clusters.choices import CallState, Standing
from ifa_crm.shared.columns import Column, in_one_line


def _standing(cluster: Any) -> str:
    return str(Standing(cluster.standing_in(settings.REFERENCE_YEAR)).label)


def _first_region(cluster: Any) -> str | None:
    return next(iter(cluster.region_names), None)


CLUSTER_COLUMNS = (
    Column(
        "name",
        _("Cluster"),
        lambda row: row.name,
        sort="name",
        classes="roomy",
        also=(Column("specialty", _("Specialty"), lambda row: row.specialty),),
    ),
    Column("tier", _("Tier"), lambda row: row.get_tier_display(), sort="tier"),
    Column(
        "sectors",
        _("Sectors"),
        lambda row: in_one_line(row.sector_names),
    ),
    Column(
        "seat",
        _("Seat"),
        lambda row: row.seat_city,
        sort="city",
        also=(Column("region", _("Main region"), _first_region),),
    ),
    Column(
        "standing",
        _("Standing"),
        _standing,
        also=(
            Column("today", _("Standing today"), lambda row: row.get_status_today_display()),
            Column("ended", _("Ended"), lambda row: row.ended_year),
        ),
    ),
    Column("officer", _("Desk officer"), lambda row: row.desk_officer),
    Column(
        "regions",
        _("Regions"),
        lambda row: in_one_line(row.region_names),
        shown=False,
    ),
    Column("website", _("Website"), lambda row: row.website, shown=False),
    Column("labelled", _("Labelled"), lambda row: row.label_year, shown=False, classes="num"),
)

ORGANISATION_COLUMNS = (
    Column(
        "name",
        _("Organisation"),
        lambda row: row.name,
        sort="name",
        code="organisation.name",
        also=(Column("reference", _("Reference"), lambda row: row.ref, code="organisation.ref"),),
    ),
    Column("kind", _("Kind"), lambda row: row.get_kind_display(), code="organisation.kind"),
    Column("country", _("Country"), lambda row: row.country.name, code="organisation.country"),
    Column("city", _("City"), lambda row: row.city, code="organisation.city"),
    Column("members", _("Member of clusters"), lambda row: row.member_count, classes="num"),
    Column(
        "partnerships", _("Partner of clusters"), lambda row: row.partnership_count, classes="num"
    ),
    Column("projects", _("Partner of projects"), lambda row: row.project_count, classes="num"),
)

PROJECT_COLUMNS = (
    Column(
        "name",
        _("Project"),
        lambda row: row.name,
        sort="name",
        also=(
            Column("kind", _("Kind"), lambda row: row.get_kind_display()),
            Column("reference", _("Reference"), lambda row: row.ref),
        ),
    ),
    Column("status", _("Status"), lambda row: row.get_status_display(), classes="whole-tag"),
    Column(
        "clusters",
        _("Clusters"),
        lambda row: in_one_line(link.cluster for link in row.cluster_links.all()),
    ),
    Column(
        "partners",
        _("Partners"),
        lambda row: row.partner_count,
        classes="num",
        also=(Column("published", _("Partners published"), lambda row: row.published_partners),),
    ),
    Column("seats", _("Open seats"), lambda row: row.seat_count, classes="num"),
    Column(
        "budget",
        _("Budget"),
        lambda row: row.budget_amount,
        classes="num",
        also=(
            Column(
                "currency",
                _("Currency"),
                lambda row: row.budget_currency if row.budget_amount is not None else None,
            ),
        ),
    ),
    Column(
        "starts",
        pgettext_lazy("of a project", "Starts"),
        lambda row: row.starts_on,
        shown=False,
        classes="nowrap",
    ),
    Column(
        "ends",
        pgettext_lazy("of a project", "Ends"),
        lambda row: row.ends_on,
        shown=False,
        classes="nowrap",
    ),
)

TOPIC_COLUMNS = (
    Column("name", _("English name"), lambda row: row.name_en, sort="name"),
    Column("french", _("French name"), lambda row: row.name_fr, sort="french"),
    Column("broader", _("Broader topic"), lambda row: row.broader),
    Column("sectors", _("Related sectors"), lambda row: in_one_line(row.sectors.all())),
    Column("narrower", _("Narrower"), lambda row: row.narrower_count, classes="num"),
    Column("clusters", _("Clusters"), lambda row: row.cluster_count, classes="num"),
    Column(
        "words",
        _("Words"),
        lambda row: in_one_line(row.words.all()),
        shown=False,
        adds=lambda rows: rows.prefetch_related("words"),
    ),
)

CALL_COLUMNS = (
    Column(
        "name",
        _("Call"),
        lambda row: row.name,
        also=(Column("reference", _("Reference"), lambda row: row.ref),),
    ),
    Column("state", pgettext_lazy("of a call", "State"), lambda row: CallState(row.state).label),
    Column("opens", _("Opens"), lambda row: row.opens_on, sort="opens"),
    Column("closes", _("Closes"), lambda row: row.closes_on, sort="closes"),
    Column("programme", _("Programme"), lambda row: row.programme),
    Column(
        "conditions",
        _("Conditions"),
        lambda row: in_one_line(row.conditions.all()),
        shown=False,
        adds=lambda rows: rows.prefetch_related("conditions"),
    ),
)

PROGRAMME_COLUMNS = (
    Column("name", _("Programme"), lambda row: row.name),
    Column(
        "years",
        _("Years"),
        lambda row: row.first_year,
        sort="years",
        classes="nowrap",
        heading=_("First year"),
        also=(Column("last_year", _("Last year"), lambda row: row.last_year),),
    ),
    Column(
        "total",
        _("Total, in millions"),
        lambda row: row.total_millions,
        classes="num",
        also=(Column("currency", _("Currency"), lambda row: row.currency),),
    ),
    Column(
        "lines",
        _("Who pays, in millions"),
        lambda row: "; ".join(f"{line.label}: {line.amount_millions}" for line in row.lines.all()),
    ),
    Column("source", _("Source"), lambda row: row.source, shown=False),
)
