"""Whether what a cluster gets of an introduction may name the investor, and what comes first.

A calendar file or an invitation is passed on by whoever gets it, so that this is asked of the
cluster and not of one person. What the agency's own people see of a meeting is another question:
``Meeting.objects.visible_to``.
"""

from dataclasses import dataclass

from django.urls import reverse

from clusters.models import Cluster
from investors.models import BlindBrief, BlindRelease, Lead, Reveal


def may_be_named(lead: Lead, cluster: Cluster) -> bool:
    """A confidential investor: once it agreed to be named to this cluster, and was. An open one
    whose blind brief was released: once this cluster was told. Any other: always.

    A consent given before the lead became confidential counts, a name told without one does not.
    """
    told = Reveal.objects.of(lead, cluster)
    if lead.restricted:
        return told.agreed().exists()
    blind = BlindBrief.objects.released().filter(lead=lead)
    return not blind.exists() or told.exists()


@dataclass(frozen=True)
class Untold:
    """A cluster that may not read whose need it is. ``url``: the page of what comes next: to tell
    the leader who has the blind brief already, else to release one."""

    cluster: Cluster
    url: str
    has_brief: bool


def untold(lead: Lead, cluster: Cluster) -> Untold | None:
    """None where the investor may be named."""
    if may_be_named(lead, cluster):
        return None
    releases = BlindRelease.objects.filter(
        brief__lead=lead, leader__cluster=cluster, reveal__isnull=True
    )
    if release := releases.order_by("-leader__is_active", "-released_at", "-pk").first():
        url = reverse("investors:blind_release_reveal", args=[release.ref])
        return Untold(cluster, url, has_brief=True)
    return Untold(cluster, reverse("investors:lead_blind_brief", args=[lead.ref]), has_brief=False)
