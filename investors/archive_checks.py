"""What of this app speaks against archiving a record: shortlists and engagements.

The refusal is read by people who may not see everything, so what rests on a confidential lead
does not speak against archiving a cluster, a project or an organisation: the refusal itself would
betray it, and whoever handles that lead can have the record restored.
"""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.models import Cluster, Organisation, Project
from ifa_crm.shared.extend import register_archive_check
from investors.choices import CLOSED, ENGAGEMENT_LIVE, EngagementState
from investors.models import Engagement, Investor, Lead, Shortlisting


def on_lead(lead: Lead) -> Iterator[str]:
    """A live engagement has to end first; one that figures count keeps its lead."""
    engagements = Engagement.objects.filter(lead=lead)
    if engagements.live().exists():
        yield _("An engagement is still open. Say first how it ended.")
    if engagements.counted().exists():
        yield _("An engagement of this lead is counted in figures. Close the lead instead.")


def on_cluster(cluster: Cluster) -> Iterator[str]:
    """Open leads that have it on their shortlist, engagements that it leads."""
    moving = Shortlisting.objects.moving().filter(
        cluster=cluster, lead__archived_at__isnull=True, lead__restricted=False
    )
    leads = moving.exclude(lead__status__in=CLOSED).count()
    if leads:
        yield ngettext(
            "%(n)d lead has it on its shortlist.", "%(n)d leads have it on their shortlist.", leads
        ) % {"n": leads}
    yield from _not_ended(Engagement.objects.filter(cluster=cluster))


def on_project(project: Project) -> Iterator[str]:
    yield from _not_ended(Engagement.objects.filter(project=project))


def _not_ended(engagements: "QuerySet[Engagement]") -> Iterator[str]:
    running = ENGAGEMENT_LIVE | {EngagementState.VERIFIED}
    count = engagements.filter(state__in=running, lead__restricted=False).count()
    if count:
        yield ngettext(
            "%(n)d engagement has not ended.", "%(n)d engagements have not ended.", count
        ) % {"n": count}


def on_organisation(organisation: Organisation) -> Iterator[str]:
    """One that stands for an investor is needed while the investor is."""
    investors = Investor.objects.live().filter(organisation=organisation, restricted=False)
    if investors.exists():
        yield _("It stands for an investor. Archive the investor first.")


def register() -> None:
    register_archive_check(Lead, on_lead)
    register_archive_check(Cluster, on_cluster)
    register_archive_check(Project, on_project)
    register_archive_check(Organisation, on_organisation)
