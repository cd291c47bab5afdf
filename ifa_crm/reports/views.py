"""Pages of the reports: each number opens the list behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.models import Cluster
from ifa_crm.reports.neutrality import (
    SORTS,
    By,
    Listing,
    Neutrality,
    Pair,
    Tally,
    What,
    in_order,
    whole,
)
from ifa_crm.reports.shares import Share
from ifa_crm.shared.paging import numbered_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.models import Lead, Shortlisting


@dataclass(frozen=True)
class Cell:
    """A number of the table, with the address of the list behind it."""

    label: Any
    text: str
    share: Share | None
    address: str


@dataclass(frozen=True)
class Row:
    tally: Tally
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """What the sortable heads read."""

    by: By
    sort: str
    sorts = SORTS

    def sort_address(self, key: str) -> str:
        first = key if key == "name" else f"-{key}"
        other = f"-{key}" if first == key else key
        return "?" + urlencode({"by": self.by, "sort": other if self.sort == first else first})


def _chosen(request: StaffRequest) -> By:
    asked = request.GET.get("by", "")
    return By(asked) if asked in By.values else By.CLUSTER


@require_safe
@requires(Act.READ)
def neutrality(request: StaffRequest) -> HttpResponse:
    """Of the leads that fit, what became of them: per cluster, region and tier."""
    by, asked = _chosen(request), request.GET.get("sort", "")
    sort = asked if asked.removeprefix("-") in SORTS else "name"
    found = Neutrality.read(request.user)
    context = {
        "title": _("Neutrality"),
        "as_of": found.run and found.run.as_of,
        "rows": [_row(tally, by) for tally in in_order(found.lines(by), sort)],
        "total": _row(found.total(), by),
        "table": Table(by, sort),
        "columns": list(What),
        "tabs": [
            {
                "label": each.label,
                "address": f"{reverse('reports:neutrality')}?by={each}",
                "active": each == by,
                "count": None,
            }
            for each in By
        ],
    }
    return TemplateResponse(request, "reports/neutrality.html", context)


def _row(tally: Tally, by: By) -> Row:
    return Row(tally, [_cell(tally, what, by) for what in What])


def _cell(tally: Tally, what: What, by: By) -> Cell:
    asked = {"by": by, "of": tally.key, "what": what}
    address = f"{reverse('reports:neutrality_leads')}?{urlencode(asked)}"
    share = None if what == What.FITS else tally.share(what)
    return Cell(what.label, tally.text(what), share, address)


@dataclass(frozen=True)
class Listed:
    """A pair of the list that the reader may see."""

    lead: Lead
    cluster: Cluster
    state: str


@require_safe
@requires(Act.READ)
def neutrality_leads(request: StaffRequest) -> HttpResponse:
    """The list behind a number: the leads that the reader may see, with the cluster."""
    by, what = _chosen(request), request.GET.get("what", What.FITS)
    if what not in What.values:
        raise Http404
    found = Neutrality.read(request.user)
    tally, listing = _asked(found, by, request.GET.get("of", ""), What(what))
    page = numbered_page(listing, request.GET.get("page", ""))
    context = {
        "title": f"{What(what).label}{_(':')} {tally.name}" if tally.name else What(what).label,
        "as_of": found.run and found.run.as_of,
        "figure": tally.text(What(what)),
        "share": None if what == What.FITS else tally.share(What(what)),
        "kept_back": tally.is_kept_back(What(what)),
        "unlisted": tally.hidden[What(what)],
        "page": page,
        "listed": _listed(request.user, list(page), found),
        "back": f"{reverse('reports:neutrality')}?by={by}",
    }
    return TemplateResponse(request, "reports/neutrality_leads.html", context)


def _asked(found: Neutrality, by: By, key: str, what: What) -> tuple[Tally, Listing]:
    """The line that is asked for, the total without a key. 404 for one that is not there."""
    tallies = found.tallies(found.clusters_in(by, key))
    if key and not tallies:
        raise Http404
    tally = found.line(by, key, tallies) if key else whole(tallies)
    return tally, Listing(found, what, tallies)


def _listed(user: User, pairs: Sequence[Pair], found: Neutrality) -> list[Listed]:
    keys = {lead for lead, _cluster in pairs}
    visible = Lead.objects.visible_to(user).filter(pk__in=keys)
    leads = visible.select_related("investor", "owner").in_bulk()
    rows = Shortlisting.objects.visible_to(user).filter(lead__in=keys)
    states = {(row.lead_id, row.cluster_id): row for row in rows}
    return [
        Listed(
            lead=leads[lead],
            cluster=found.clusters[pk],
            state=states[lead, pk].get_state_display() if (lead, pk) in states else "",
        )
        for lead, pk in pairs
        if lead in leads
    ]
