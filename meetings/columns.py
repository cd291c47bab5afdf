"""The columns of the list of introductions, and of the tables on other pages."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.columns import Column, Table

MEETING_COLUMNS = (
    Column(
        "when",
        _("When"),
        lambda row: row.starts_at,
        sort="when",
        also=(
            Column("zone", _("Time zone"), lambda row: row.time_zone),
            Column("reference", _("Reference"), lambda row: row.ref),
        ),
    ),
    Column(
        "investor",
        _("Investor"),
        lambda row: row.lead.investor.name,
        also=(Column("need", _("Need in a few words"), lambda row: row.lead.title),),
    ),
    Column(
        "cluster",
        _("Cluster"),
        lambda row: row.cluster,
        also=(Column("tier", _("Tier"), lambda row: row.cluster.get_tier_display()),),
    ),
    Column(
        "how",
        _("How"),
        lambda row: row.get_form_display(),
        also=(Column("place", _("Place"), lambda row: row.place),),
    ),
    Column("state", _("State"), lambda row: row.get_state_display()),
    Column("owner", _("Owner of the lead"), lambda row: row.lead.owner),
    Column(
        "planned",
        _("Planned by"),
        lambda row: row.created_by,
        shown=False,
        adds=lambda rows: rows.select_related("created_by"),
    ),
)

OF_A_LEAD: Final = Table.of(MEETING_COLUMNS, "cluster", "how", "state")
OF_A_CLUSTER: Final = Table.of(MEETING_COLUMNS, "investor", "how", "state", "owner")
