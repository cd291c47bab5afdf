"""The columns of the lists of investors, engagements and duplicates."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.columns import Column, in_one_line

INVESTOR_COLUMNS = (
    Column(
        "name",
        _("Name"),
        lambda row: row.name,
        sort="name",
        code="investor.name",
        also=(
            Column(
                "native",
                _("Name in its own script"),
                lambda row: row.native_name,
                code="investor.native_name",
            ),
            Column("reference", _("Reference"), lambda row: row.ref, code="investor.ref"),
        ),
    ),
    Column(
        "country",
        _("Controlled from"),
        lambda row: row.control_country.name,
        code="investor.control_country",
    ),
    Column("city", _("City"), lambda row: row.city, code="investor.city"),
    Column(
        "presence",
        _("Presence in France"),
        lambda row: row.get_presence_display() if row.presence else None,
        code="investor.presence",
        also=(
            Column(
                "site",
                _("Site in France"),
                lambda row: row.presence_site,
                code="investor.presence_site",
            ),
        ),
    ),
    Column(
        "size",
        _("Size"),
        lambda row: row.get_size_display() if row.size else None,
        code="investor.size",
    ),
    Column("leads", _("Leads"), lambda row: row.n_leads, classes="num"),
    Column(
        "seat",
        _("Country of its seat"),
        lambda row: row.seat_country.name,
        shown=False,
        code="investor.seat_country",
    ),
    Column(
        "website",
        _("Website"),
        lambda row: row.website,
        shown=False,
        code="investor.website",
    ),
    Column("lei", _("LEI"), lambda row: row.lei, shown=False, code="investor.lei"),
    Column("siren", _("SIREN"), lambda row: row.siren, shown=False, code="investor.siren"),
)


ENGAGEMENT_COLUMNS = (
    Column(
        "investor",
        _("Investor"),
        lambda row: row.lead.investor.name,
        also=(
            Column("need", _("Need in a few words"), lambda row: row.lead.title),
            Column("reference", _("Reference"), lambda row: row.ref),
        ),
    ),
    Column(
        "project",
        _("Project and cluster"),
        lambda row: row.project,
        heading=_("Project"),
        also=(
            Column("kind", _("Kind"), lambda row: row.get_kind_display()),
            Column("cluster", _("Cluster"), lambda row: row.cluster),
            Column("tier", _("Tier"), lambda row: row.cluster.get_tier_display()),
        ),
    ),
    Column("state", _("State"), lambda row: row.get_state_display(), classes="whole-tag"),
    Column(
        "agreed",
        _("Agreed on"),
        lambda row: row.agreed_on,
        sort="agreed",
        classes="nowrap",
    ),
    Column(
        "share",
        _("Own share"),
        lambda row: row.share_amount,
        classes="num",
        also=(
            Column(
                "currency",
                _("Currency"),
                lambda row: row.share_currency if row.share_amount is not None else None,
            ),
            Column("jobs", _("Jobs"), lambda row: row.jobs),
            Column("undisclosed", _("Amounts undisclosed"), lambda row: row.undisclosed),
        ),
    ),
    Column(
        "part",
        _("Our part, confirmed by"),
        lambda row: row.get_contribution_display() if row.contribution else None,
        heading=_("Our part"),
        also=(Column("verifier", _("Confirmed by"), lambda row: row.verified_by),),
    ),
    Column(
        "opened",
        _("Opened"),
        lambda row: row.opened_on,
        sort="opened",
        classes="nowrap",
        shown=False,
    ),
    Column("tie", _("Tie from before"), lambda row: row.get_prior_tie_display(), shown=False),
    Column(
        "owner",
        _("Owner of the lead"),
        lambda row: row.lead.owner,
        shown=False,
        adds=lambda rows: rows.select_related("lead__owner"),
    ),
)


def _side(key: str, label: Any, reference: Any, record: Any) -> Column:
    """One record of a pair."""
    return Column(
        key,
        label,
        lambda pair: str(record(pair)),
        also=(Column(f"{key}_reference", reference, lambda pair: record(pair).ref),),
    )


PAIR_COLUMNS = (
    _side("first", _("Older record"), _("Older record: reference"), lambda pair: pair.first),
    _side("second", _("Younger record"), _("Younger record: reference"), lambda pair: pair.second),
    Column(
        "alike",
        _("How alike"),
        lambda pair: pair.band,
        sort="alike",
        also=(
            Column("score", _("Score"), lambda pair: pair.score),
            Column("why", _("Why"), lambda pair: in_one_line(pair.why)),
            Column("group", _("Same group"), lambda pair: getattr(pair, "same_group", None)),
        ),
    ),
    Column(
        "found",
        _("Found"),
        lambda pair: pair.found_at,
        sort="found",
        classes="nowrap",
        also=(
            Column("state", _("State"), lambda pair: pair.get_state_display()),
            Column("decided", _("Decided by"), lambda pair: pair.decided_by),
        ),
    ),
)
