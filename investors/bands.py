"""In which band each cluster is for a lead, for the pages of clusters (shared/extend.py)."""

import datetime as dt
from dataclasses import replace
from typing import Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.extend import Band, Bander, Banding, register_bander
from ifa_crm.staff.models import User
from investors import fit
from investors.fit_reading import need_of, read_clusters, read_tables, read_vocabulary
from investors.models import Lead
from investors.topics import propose

LEGEND: Final = (
    Band(fit.STRONG, gettext_lazy("Strong")),
    Band(fit.POSSIBLE, gettext_lazy("Possible")),
    Band(fit.WEAK, gettext_lazy("Weak")),
    Band(fit.NONE, gettext_lazy("No fit")),
)
_BY_KEY: Final = {band.key: band for band in LEGEND}


def register() -> None:
    register_bander(Bander(field=lead_field, bands=bands_of))


def lead_field(user: User) -> forms.Field:
    """One of the leads that ``user`` may see. A hidden one is refused like one that is not."""
    rows = Lead.objects.visible_to(user).select_related("investor")
    return RecordChoiceField(
        rows, label=gettext_lazy("Lead"), required=False, options_url="investors:lead_options"
    )


def bands_of(user: User, lead: Lead, day: dt.date) -> Banding:
    """Of what is on record of the lead; without a topic or a sector nothing is claimed.

    Where nobody has ticked a topic yet, those that its words propose stand in for them.
    """
    need, note = need_of(lead), ""
    if not need.topics:
        need = replace(need, topics=_proposed(lead))
        if need.topics:
            note = _("Nobody has ticked its topics yet: they are read from its words.")
    bands: dict[str, Band] = {}
    if need.topics or need.sectors:
        rows = fit.evaluate(need, read_clusters(user, day), read_tables(day))
        bands = {row.key: _BY_KEY[row.band] for row in rows}
    else:
        note = _("Neither a topic nor a sector of this lead is on record: nothing can be compared.")
    return Banding(
        label=str(lead), address=lead.get_absolute_url(), legend=LEGEND, bands=bands, note=note
    )


def _proposed(lead: Lead) -> dict[str, float]:
    text = "\n".join(filter(None, (lead.title, lead.makes, lead.wants)))
    return {each.topic: each.strength for each in propose(text, read_vocabulary())}
