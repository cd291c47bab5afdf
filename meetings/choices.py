"""Choices of the meetings app."""

import datetime as dt
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MeetingForm(TextChoices):
    """How an introduction is made."""

    MEETING = "meeting", _("Meeting")
    CALL = "call", _("Call")
    EMAIL = "email", _("E-mail")
    WITHOUT_US = "without us", _("Made without us")


# What is planned ahead; the others are recorded once they were made.
PLANNABLE: Final = frozenset({MeetingForm.MEETING, MeetingForm.CALL})


class MeetingState(TextChoices):
    DRAFT = "draft", _("Draft")
    CONFIRMED = "confirmed", pgettext_lazy("introduction", "Confirmed")
    HELD = "held", _("Held")
    NO_SHOW = "no-show", _("No-show")
    CANCELLED = "cancelled", pgettext_lazy("introduction", "Cancelled")


ENDED: Final = frozenset({MeetingState.HELD, MeetingState.NO_SHOW, MeetingState.CANCELLED})
RECORDED: Final = frozenset({MeetingState.HELD, MeetingState.NO_SHOW})
TONES: Final = {
    MeetingState.DRAFT: "neutral",
    MeetingState.CONFIRMED: "accent",
    MeetingState.HELD: "good",
    MeetingState.NO_SHOW: "warn",
    MeetingState.CANCELLED: "quiet",
}


class Side(TextChoices):
    """Who cancelled, or who did not come."""

    INVESTOR = "investor", _("The investor")
    CLUSTER = "cluster", _("The cluster")
    AGENCY = "agency", _("The agency")


class Whose(TextChoices):
    MINE = "mine", pgettext_lazy("introductions", "Mine")
    OFFICE = "office", _("My office's")


class PersonKind(TextChoices):
    STAFF = "staff", _("Staff")
    CONTACT = "contact", _("Contact of the investor")
    LEADER = "leader", _("Leader of the cluster")
    GUEST = "guest", _("Guest")


# For whom people of each kind come; a guest says so.
SIDES: Final = {
    PersonKind.STAFF: Side.AGENCY,
    PersonKind.CONTACT: Side.INVESTOR,
    PersonKind.LEADER: Side.CLUSTER,
}

# The figure "introductions held" of Today counts so many days back.
RECENTLY: Final = dt.timedelta(days=90)
