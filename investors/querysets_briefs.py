"""Reads of what leaves the house: briefings, blind briefs, and who was told which name."""

from typing import TYPE_CHECKING, Self

from django.db.models import QuerySet

from investors.querysets import UnderLead, lead_is_visible

if TYPE_CHECKING:
    from clusters.models import Cluster
    from ifa_crm.staff.models import User
    from investors.models import (
        BlindBrief,  # noqa: F401
        BlindRelease,
        Briefing,  # noqa: F401
        Lead,
        Reveal,
    )


class BriefingQuerySet(UnderLead["Briefing"]):
    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(sent_at__isnull=True)


class BlindBriefQuerySet(UnderLead["BlindBrief"]):
    def released(self) -> Self:
        return self.filter(released_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(released_at__isnull=True)


class BlindReleaseQuerySet(QuerySet["BlindRelease"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(lead_is_visible(user, "brief__lead__"))


class RevealQuerySet(QuerySet["Reveal"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(lead_is_visible(user, "release__brief__lead__"))

    def of(self, lead: "Lead", cluster: "Cluster") -> Self:
        """Leaders of ``cluster`` who were told whose need ``lead`` is.

        Asked before anything that names a confidential investor goes to a cluster.
        """
        return self.filter(release__brief__lead=lead, release__leader__cluster=cluster)

    def agreed(self) -> Self:
        """With the investor's consent: without it only an open investor could be named."""
        return self.filter(consent_by__isnull=False)
