"""What a file of investors or engagements holds: what their tables show."""

from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.columns import Column

INVESTOR_COLUMNS = (
    Column("name", _("Name"), lambda row: row.name, code="investor.name"),
    Column(
        "native",
        _("Name in its own script"),
        lambda row: row.native_name,
        code="investor.native_name",
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
    ),
    Column(
        "site", _("Site in France"), lambda row: row.presence_site, code="investor.presence_site"
    ),
    Column(
        "size",
        _("Size"),
        lambda row: row.get_size_display() if row.size else None,
        code="investor.size",
    ),
    Column("leads", _("Leads"), lambda row: row.n_leads),
    Column("reference", _("Reference"), lambda row: row.ref, code="investor.ref"),
)


ENGAGEMENT_COLUMNS = (
    Column("investor", _("Investor"), lambda row: row.lead.investor.name),
    Column("need", _("Need in a few words"), lambda row: row.lead.title),
    Column("kind", _("Kind"), lambda row: row.get_kind_display()),
    Column("project", _("Project"), lambda row: row.project),
    Column("cluster", _("Cluster"), lambda row: row.cluster),
    Column("tier", _("Tier"), lambda row: row.cluster.get_tier_display()),
    Column("state", _("State"), lambda row: row.get_state_display()),
    Column("opened", _("Opened"), lambda row: row.opened_on),
    Column("agreed", _("Agreed on"), lambda row: row.agreed_on),
    Column("share", _("Own share"), lambda row: row.share_amount),
    Column(
        "currency",
        _("Currency"),
        lambda row: row.share_currency if row.share_amount is not None else None,
    ),
    Column("jobs", _("Jobs"), lambda row: row.jobs),
    Column("undisclosed", _("Amounts undisclosed"), lambda row: row.undisclosed),
    Column(
        "contribution",
        _("Our part"),
        lambda row: row.get_contribution_display() if row.contribution else None,
    ),
    Column("verifier", _("Confirmed by"), lambda row: row.verified_by),
    Column("tie", _("Tie from before"), lambda row: row.get_prior_tie_display()),
    Column("reference", _("Reference"), lambda row: row.ref),
)
