"""Choices of the investors app and the named sets of its states."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Countries whose companies are under French control: France and its overseas territories have
# codes of their own in ISO 3166-1.
FRENCH: Final = frozenset(
    {"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF"}
)


class CompanySize(TextChoices):
    """EU recommendation 2003/361/EC for the smaller ones; size never enters a score."""

    MICRO = "micro", _("Micro (under 10 people)")
    SMALL = "small", _("Small (10 to 49)")
    MEDIUM = "medium", _("Medium (50 to 249)")
    MID = "mid", _("Mid-sized (250 to 4,999)")
    LARGE = "large", _("Large (5,000 and more)")
    NOT_KNOWN = "", _("Not recorded")


class Presence(TextChoices):
    NOT_KNOWN = "", _("Not recorded")
    NONE = "none", _("None")
    SALES = "sales", _("Sales")
    RD = "rd", _("R&D")
    PRODUCTION = "production", _("Production")


class Origin(TextChoices):
    ENQUIRY = "enquiry", _("Enquiry")
    PROSPECTED = "prospected", _("Prospected by us")
    PARTNER = "partner", _("Introduced by a partner")
    EXISTING_MEMBER = "member", _("Existing member of a cluster")


class Answer(TextChoices):
    """What an investor said when asked for an amount or a number."""

    NOT_ASKED = "not asked", _("Not asked")
    GIVEN = "given", _("Given")
    DOES_NOT_KNOW = "does not know", _("Does not know yet")
    WILL_NOT_SAY = "will not say", _("Will not say")


class Mode(TextChoices):
    """How the investor wants to get involved."""

    NOT_ASKED = "not asked", _("Not asked")
    JOIN = "join", _("Join a project under way")
    START = "start", _("Start a new project")
    EITHER = "either", _("Either")
    DOES_NOT_KNOW = "does not know", _("Does not know yet")
    WILL_NOT_SAY = "will not say", _("Will not say")


class Band(TextChoices):
    """How well a cluster fits a need. The values are those of :mod:`investors.fit`."""

    STRONG = "strong", pgettext_lazy("fit", "Strong")
    POSSIBLE = "possible", pgettext_lazy("fit", "Possible")
    WEAK = "weak", pgettext_lazy("fit", "Weak")
    NONE = "none", pgettext_lazy("fit", "No fit")


BELOW_POSSIBLE: Final = frozenset({Band.WEAK, Band.NONE})


class Horizon(TextChoices):
    NOT_ASKED = "not asked", _("Not asked")
    HALF_YEAR = "6 months", _("Within 6 months")
    YEAR = "12 months", _("6 to 12 months")
    TWO_YEARS = "24 months", _("1 to 2 years")
    LATER = "later", _("Later than 2 years")
    DOES_NOT_KNOW = "does not know", _("Does not know yet")
    WILL_NOT_SAY = "will not say", _("Will not say")


class Confidential(TextChoices):
    NOT_ASKED = "not asked", _("Not asked")
    YES = "yes", _("Yes")
    NO = "no", _("No")


class Priority(TextChoices):
    HIGH = "1", _("High")
    NORMAL = "2", _("Normal")
    LOW = "3", _("Low")


class Stage(TextChoices):
    """The furthest thing that has happened. The values sort in this order."""

    RECEIVED = "1 received", _("Received")
    CONTACTED = "2 contacted", _("Contacted")
    QUALIFIED = "3 qualified", _("Qualified")
    SHORTLISTED = "4 shortlisted", _("Shortlisted")
    INTRODUCED = "5 introduced", _("Introduced")
    NEGOTIATING = "6 negotiating", _("Negotiating")
    COMMITTED = "7 committed", _("Committed")

    @property
    def word(self) -> str:
        """The name without its number, as used in addresses: ``?stage=qualified``."""
        return self.value[2:]

    @classmethod
    def from_word(cls, word: str) -> "Stage":
        return next(stage for stage in cls if stage.word == word)


class Status(TextChoices):
    """Whether it moves."""

    ACTIVE = "active", _("Active")
    WAITING = "waiting", _("Waiting")
    LOST = "lost", _("Lost")
    DISQUALIFIED = "disqualified", _("Not for us")
    REFERRED = "referred", _("Referred elsewhere")


CLOSED: Final = frozenset({Status.LOST, Status.DISQUALIFIED, Status.REFERRED})


# An active lead that said nothing for so many days is "not heard from".
NOT_HEARD_DAYS: Final = 60


class LostReason(TextChoices):
    NO_ANSWER = "no answer", _("No answer")
    OTHER_COUNTRY = "other country", _("Chose another country")
    DROPPED = "dropped", _("Dropped the project")
    OTHER = "other", _("Another reason")


class LogKind(TextChoices):
    STAGE = "stage", _("Stage")
    STATUS = "status", _("Status")


class InteractionKind(TextChoices):
    EMAIL = "email", _("E-mail")
    CALL = "call", _("Call")
    VISIT = "visit", _("Visit")
    NOTE = "note", _("Note")


class Direction(TextChoices):
    IN = "in", _("From the investor")
    OUT = "out", _("From us")


class Result(TextChoices):
    SPOKE = "spoke", _("Spoke")
    NO_ANSWER = "no answer", _("No answer")


class ActionKind(TextChoices):
    TODO = "todo", _("To do")
    WAKE = "wake", _("Was waiting")


class DeputyRule(TextChoices):
    """What becomes of the deputy when a lead is handed over."""

    KEEP = "keep", _("The deputy stays")
    GIVER = "giver", _("Who hands over becomes the deputy")
    NONE = "none", _("No deputy")


class HandedState(TextChoices):
    PLANNED = "planned", _("To be handed over")
    MOVED = "moved", _("Handed over")
    REFUSED = "refused", _("Not handed over")
    BACK = "back", _("Brought back")


class ShortlistState(TextChoices):
    NOTED = "noted", _("Noted")
    PROPOSED = "proposed", _("Proposed to the investor")
    WANTED = "wanted", _("Wanted by the investor")
    REFUSED = "refused", _("Refused by the investor")
    PUT = "put", _("Put to the cluster")
    ACCEPTED = "accepted", _("Accepted by the cluster")
    DECLINED = "declined", _("Declined by the cluster")
    INTRODUCED = "introduced", _("Introduced")
    CLOSED = "closed", _("Closed")


SHORTLIST_ENDED: Final = frozenset(
    {ShortlistState.REFUSED, ShortlistState.DECLINED, ShortlistState.CLOSED}
)


class RefusalReason(TextChoices):
    """Why the investor does not want a cluster."""

    FIELD = "field", _("Not their field")
    PLACE = "place", _("Wrong part of France")
    TERMS = "terms", _("Terms of joining")
    COMPETITOR = "competitor", _("A competitor is there")
    TIMING = "timing", _("Not now")
    OTHER = "other", _("Another reason")


class DeclineReason(TextChoices):
    """Why a cluster does not want the introduction."""

    FIELD = "field", _("Not its field")
    NO_SEAT = "no seat", _("No seat in a project")
    COMPETITOR = "competitor", _("A competitor is a member")
    CAPACITY = "capacity", _("No time for it")
    TIMING = "timing", _("Not now")
    OTHER = "other", _("Another reason")


class EngagementKind(TextChoices):
    JOIN = "join", _("Joins a project")
    START = "start", _("Starts a project")


class EngagementState(TextChoices):
    OPEN = "open", _("Open")
    AGREED = "agreed", _("Agreed, to be confirmed")
    VERIFIED = "verified", _("Confirmed by a second person")
    COMPLETED = "completed", _("Completed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LEFT = "left", _("Left")


ENGAGEMENT_LIVE: Final = frozenset({EngagementState.OPEN, EngagementState.AGREED})
ENGAGEMENT_MOVING: Final = ENGAGEMENT_LIVE | {EngagementState.VERIFIED}
ENGAGEMENT_COUNTED: Final = frozenset(
    {EngagementState.VERIFIED, EngagementState.COMPLETED, EngagementState.LEFT}
)
ENGAGEMENT_HOLDS_PROJECT: Final = ENGAGEMENT_LIVE | {
    EngagementState.VERIFIED,
    EngagementState.COMPLETED,
}


class EngagementRole(TextChoices):
    LEADS = "leads", pgettext_lazy("role in a project", "Leads")
    PARTNER = "partner", _("Partner")


class PriorTie(TextChoices):
    """Whether the investor was already with the cluster when the engagement opened."""

    NONE = "none", pgettext_lazy("tie", "None")
    PARTNER = "partner", _("Already a partner")
    MEMBER = "member", _("Already a member")


class DeclinedBy(TextChoices):
    INVESTOR = "investor", _("The investor")
    CONSORTIUM = "consortium", _("The consortium")
    LABEL_COMMITTEE = "label committee", _("The label committee")
    FUNDER = "funder", _("The funder")


class Contribution(TextChoices):
    """What the agency did for it, judged by the person who verifies."""

    INITIATED = "initiated", _("Initiated by us")
    DECISIVE = "decisive", _("Decisive")
    SUPPORTED = "supported", _("Supported")
    INFORMED = "informed", _("Informed only")
    NONE = "none", _("None")


HEADLINE: Final = frozenset({Contribution.INITIATED, Contribution.DECISIVE, Contribution.SUPPORTED})


class OutcomeKind(TextChoices):
    MEMBERSHIP = "membership", _("Membership of a cluster")
    SUPPLY = "supply", _("Supply or partnership")
    SITE = "site", _("Site in France")
    RECRUITMENT = "recruitment", _("Recruitment")
    REFERRED = "referred", _("Referred elsewhere")
    NONE = "none", _("Nothing came of it")


class Way(TextChoices):
    """How something left the house."""

    MAIL = "mail", _("By e-mail from here")
    OWN = "own", _("I write to them myself")
    HANDED = "handed", _("In person, by telephone or by post")


class ConsentHow(TextChoices):
    """How an investor agreed to be named."""

    EMAIL = "email", _("By e-mail")
    SIGNED = "signed", _("In a signed paper")
    SPOKEN = "spoken", _("Said so on the telephone or in a meeting")


class BlindFact(TextChoices):
    """What a blind brief can tell of a company."""

    TOPICS = "topics", _("Field of work")
    SIZE = "size", _("Size of the company")
    PART = "part", _("Part of the world")
    OBJECTIVES = "objectives", _("What they seek")
    MODE = "mode", _("Join or start a project")
    HORIZON = "horizon", _("When")
    BUDGET = "budget", _("R&D budget, roughly")
