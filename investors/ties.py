"""How organisations are already with clusters, in words: *partner of SCS (source)*."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from clusters.choices import MembershipKind
from clusters.models import (
    Cluster,
    Membership,
    Organisation,
    Partnership,
    ProjectCluster,
    ProjectPartner,
)
from ifa_crm.shared.together import Read, read_together
from ifa_crm.staff.models import User


@dataclass(frozen=True)
class Tie:
    """One way in which an organisation is with a cluster."""

    what: str
    cluster: Cluster
    source: str = ""

    def __str__(self) -> str:
        words = _("%(what)s of %(cluster)s") % {"what": self.what, "cluster": self.cluster}
        return f"{words} ({self.source})" if self.source else words


def ties_of(organisations: Iterable[Organisation], user: User) -> dict[int, list[Tie]]:
    """The ties that ``user`` may see, by key of organisation. One query, whatever the number."""
    keys = [organisation.pk for organisation in organisations]
    return ties_in(read_together(tie_reads(keys, user))) if keys else defaultdict(list)


def tie_reads(keys: list[int], user: User) -> dict[str, Read]:
    """What is read to tell the ties of these organisations, for a page that reads more."""
    beside = ("organisation", "cluster__slug", "cluster__name", "source")
    members = Membership.objects.visible_to(user).current().filter(organisation__in=keys)
    partners = Partnership.objects.visible_to(user).current().filter(organisation__in=keys)
    taking_part = ProjectPartner.objects.visible_to(user).present().filter(organisation__in=keys)
    links = ProjectCluster.objects.filter(project__in=taking_part.order_by().values("project"))
    return {
        "members": Read(members, (*beside, "kind"), order=_by_cluster),
        "partners": Read(partners, beside, order=_by_cluster),
        "taking_part": Read(taking_part, ("organisation", "project")),
        "links": Read(
            links, ("project__name", "cluster__slug", "cluster__name"), order=_by_cluster
        ),
    }


def _by_cluster(row: Any) -> tuple[str, int]:
    return row.cluster.name, row.pk


def ties_in(read: Mapping[str, list[Any]]) -> dict[int, list[Tie]]:
    """The ties, by key of organisation, from what :func:`tie_reads` asked for."""
    found: dict[int, list[Tie]] = defaultdict(list)
    for member in read["members"]:
        kind = MembershipKind(member.kind).label
        found[member.organisation_id].append(_tie(str(kind).lower(), member))
    for partnership in read["partners"]:
        found[partnership.organisation_id].append(_tie(_("partner"), partnership))
    by_project: dict[int, list[int]] = defaultdict(list)
    for partner in read["taking_part"]:
        by_project[partner.project_id].append(partner.organisation_id)
    for link in read["links"]:
        what = _("partner in the project %(project)s") % {"project": link.project}
        for organisation_id in by_project[link.project_id]:
            found[organisation_id].append(Tie(what, link.cluster))
    return found


def _tie(what: str, row: Membership | Partnership) -> Tie:
    return Tie(what, row.cluster, _("source") if row.source else "")
