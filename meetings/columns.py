"""What a file of introductions holds: what their table shows."""

from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.columns import Column

MEETING_COLUMNS = (
    Column("when", _("When"), lambda row: row.starts_at),
    Column("zone", _("Time zone"), lambda row: row.time_zone),
    Column("investor", _("Investor"), lambda row: row.lead.investor.name),
    Column("need", _("Need in a few words"), lambda row: row.lead.title),
    Column("cluster", _("Cluster"), lambda row: row.cluster),
    Column("tier", _("Tier"), lambda row: row.cluster.get_tier_display()),
    Column("how", _("How"), lambda row: row.get_form_display()),
    Column("place", _("Place"), lambda row: row.place),
    Column("state", _("State"), lambda row: row.get_state_display()),
    Column("owner", _("Owner of the lead"), lambda row: row.lead.owner),
    Column("reference", _("Reference"), lambda row: row.ref),
)
