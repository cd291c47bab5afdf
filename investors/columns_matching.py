"""The columns of the leads that match a cluster or an open seat, and of the open seats."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ifa_crm.shared.columns import Column, in_one_line


def _why(lead: Any) -> str:
    return "; ".join(f"{reason.label}: {reason.text}" for reason in lead.match.reasons)


_LEAD = Column(
    "lead",
    _("Investor and need"),
    lambda lead: lead.investor.name,
    heading=_("Investor"),
    also=(
        Column("need", _("Need in a few words"), lambda lead: lead.title),
        Column("reference", _("Reference"), lambda lead: lead.ref),
        Column("shortlist", _("Shortlist"), lambda lead: lead.there_label),
    ),
)
_FIT = Column("fit", _("Fit"), lambda lead: lead.match.band, classes="tight")
_REST = (
    Column(
        "why",
        _("Why"),
        _why,
        classes="sentence",
        also=(Column("mode", _("Join or start"), lambda lead: lead.get_mode_display()),),
    ),
    Column(
        "stage",
        _("Stage"),
        lambda lead: lead.get_stage_display(),
        classes="tight",
        also=(Column("status", _("Status"), lambda lead: lead.status_today.label),),
    ),
    Column(
        "owner",
        _("Owner"),
        lambda lead: lead.owner,
        also=(Column("office", _("Office"), lambda lead: lead.office),),
    ),
    Column(
        "next",
        _("Next action"),
        lambda lead: lead.next_due,
        classes="sentence",
        also=(
            Column("next_what", _("What is to be done"), lambda lead: lead.next_what),
            Column("heard", _("Heard from"), lambda lead: lead.heard_at),
        ),
    ),
    Column(
        "country",
        _("Country"),
        lambda lead: lead.investor.control_country.name,
        shown=False,
    ),
)
CLUSTER_MATCH_COLUMNS: Final = (_LEAD, _FIT, *_REST)
SEAT_MATCH_COLUMNS: Final = (_LEAD, *_REST)

SEAT_COLUMNS: Final = (
    Column(
        "seat",
        pgettext_lazy("in a project", "Open seat"),
        lambda seat: seat.title,
        also=(
            Column("reference", _("Reference"), lambda seat: seat.ref),
            Column("sought", _("Sought"), lambda seat: seat.description),
        ),
    ),
    Column("project", _("Project"), lambda seat: seat.project),
    Column("clusters", _("Clusters"), lambda seat: in_one_line(seat.card.clusters)),
    Column("deadline", _("Deadline"), lambda seat: seat.deadline),
    Column("officer", _("Desk officer"), lambda seat: seat.card.officer),
    Column("topics", _("Topics"), lambda seat: in_one_line(seat.card.topics)),
    Column("matching", _("Matching leads"), lambda seat: seat.card.count),
)
