"""How organisations are already with clusters, in words: *partner of SCS (source)*."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

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
    """The ties that ``user`` may see, by key of organisation. Four queries, whatever the number."""
    keys = [organisation.pk for organisation in organisations]
    found: dict[int, list[Tie]] = defaultdict(list)
    if not keys:
        return found
    members = Membership.objects.visible_to(user).current().filter(organisation__in=keys)
    for member in members.select_related("cluster"):
        kind = MembershipKind(member.kind).label
        found[member.organisation_id].append(_tie(str(kind).lower(), member))
    partners = Partnership.objects.visible_to(user).current().filter(organisation__in=keys)
    for partnership in partners.select_related("cluster"):
        if partnership.organisation_id is not None:
            found[partnership.organisation_id].append(_tie(_("partner"), partnership))
    _add_projects(found, keys, user)
    return found


def _tie(what: str, row: Membership | Partnership) -> Tie:
    return Tie(what, row.cluster, _("source") if row.source else "")


def _add_projects(found: dict[int, list[Tie]], keys: list[int], user: User) -> None:
    partners = ProjectPartner.objects.visible_to(user).present().filter(organisation__in=keys)
    by_project: dict[int, list[int]] = defaultdict(list)
    for project_id, organisation_id in partners.values_list("project_id", "organisation_id"):
        by_project[project_id].append(organisation_id)
    links = ProjectCluster.objects.filter(project__in=by_project).select_related(
        "cluster", "project"
    )
    for link in links:
        what = _("partner in the project %(project)s") % {"project": link.project}
        for organisation_id in by_project[link.project_id]:
            found[organisation_id].append(Tie(what, link.cluster))
