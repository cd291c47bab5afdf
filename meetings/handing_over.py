"""What whoever takes over a lead must know of its introductions."""

from collections.abc import Iterator

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from ifa_crm.shared.extend import Promise, register_promises
from ifa_crm.staff.models import User
from meetings.choices import MeetingState
from meetings.models import Meeting, Participant


def coming(keys: list[int], user: User) -> Iterator[Promise]:
    """Drafts and confirmed ones that are not recorded yet, with the people of ours who take part:
    one who hands over stays on them until somebody changes it there."""
    ours = Participant.objects.filter(staff__isnull=False).select_related("staff")
    rows = (
        Meeting.objects.visible_to(user)
        .filter(lead__in=keys, state__in=[MeetingState.DRAFT, MeetingState.CONFIRMED])
        .select_related("cluster")
        .prefetch_related(Prefetch("participants", queryset=ours, to_attr="ours"))
    )
    for meeting in rows.order_by("starts_at", "pk"):
        yield Promise(
            lead=meeting.lead_id,
            title=_("Introduction to %(cluster)s (%(state)s)")
            % {"cluster": meeting.cluster, "state": meeting.get_state_display().lower()},
            url=meeting.get_absolute_url(),
            at=meeting.starts_at,
            who=", ".join(str(row.staff) for row in vars(meeting)["ours"]),
        )


def register() -> None:
    register_promises(coming)
