"""What of this app speaks against archiving a lead or a cluster."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.models import Cluster
from ifa_crm.shared.extend import register_archive_check
from investors.models import Lead
from meetings.models import Meeting


def open_on_lead(lead: Lead) -> Iterator[str]:
    """Confirmed introductions that are ahead, or that nobody has recorded yet."""
    confirmed = Meeting.objects.confirmed().filter(lead=lead).select_related("cluster")
    now = timezone.now()
    for meeting in confirmed.order_by("starts_at"):
        if meeting.is_to_record_at(now):
            text = _("The introduction to %(cluster)s is over and not recorded yet.")
        else:
            text = _("An introduction to %(cluster)s is confirmed. Cancel it first.")
        yield text % {"cluster": meeting.cluster}


def open_on_cluster(cluster: Cluster) -> Iterator[str]:
    """The same for a cluster, less those of confidential leads: the refusal would betray them."""
    confirmed = Meeting.objects.confirmed().filter(cluster=cluster, lead__restricted=False)
    count = confirmed.count()
    if count:
        yield ngettext(
            "%(n)d confirmed introduction to it is not over or not recorded yet.",
            "%(n)d confirmed introductions to it are not over or not recorded yet.",
            count,
        ) % {"n": count}


def register() -> None:
    register_archive_check(Lead, open_on_lead)
    register_archive_check(Cluster, open_on_cluster)
