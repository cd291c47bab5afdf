"""Choices of the clusters app, in the terms of the field."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tier(TextChoices):
    INTERNATIONAL = "international", _("International")
    NATIONAL = "national", _("National")


class Standing(TextChoices):
    LABELLED = "labelled", _("Labelled")
    LABEL_ENDED = "label ended", _("Label ended")
    MERGED = "merged", _("Merged")
    DISSOLVED = "dissolved", _("Dissolved")


class Confidence(TextChoices):
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class Basis(TextChoices):
    """What a compiled fact rests on."""

    PUBLISHED = "published", _("The published list")
    PUBLISHED_AND_OTHERS = "published-and-others", _("The published list and other sources")
    AT_THE_TIME = "source-2005-2010", _("A source of 2005 to 2010")
    LATER = "source-later", _("A later source")
    GENERAL_KNOWLEDGE = "general-knowledge", _("General knowledge")


class ContactPolicy(TextChoices):
    RELAY = "relay", _("The desk relays")
    DIRECT = "direct", _("Advisers write directly")


class FactField(TextChoices):
    """The compiled facts of a cluster: those that the published list does not state."""

    OFFICIAL_NAME = "official_name_fr", _("Official French name")
    REGIONS = "regions", _("Regions")
    SEAT = "seat", _("Seat")
    SECTORS = "sectors", _("Sectors")
    KEYWORDS = "keywords", _("Keywords")
    FOUNDED = "founded", _("Founded and labelled")
    WEBSITE = "website", _("Website")
    FATE = "fate", _("What became of it")


class SuccessFactor(TextChoices):
    """The four key elements that make a cluster successful (source text, lines 21-23)."""

    PARTNERSHIPS = "partnerships", _("Strong partnerships")
    TECHNOLOGY = "technology", _("Marketable technology")
    VISIBILITY = "visibility", _("International visibility")
    STRATEGY = "strategy", _("A common development strategy")


class LeaderRole(TextChoices):
    PRESIDENT = "president", _("President")
    DIRECTOR = "director", _("Director")
    INTERNATIONAL = "international", _("International relations")


class OrganisationKind(TextChoices):
    LARGE_COMPANY = "large", _("Large company")
    SME = "sme", _("SME")
    COMPANY = "company", _("Company (size not known)")
    LABORATORY = "laboratory", _("Laboratory")
    UNIVERSITY = "university", _("University")
    TRAINING_CENTRE = "training", _("Training centre")
    RESEARCH = "research", _("Research organisation")
    PUBLIC_BODY = "public", _("Public body")
    CLUSTER_ABROAD = "cluster", _("Cluster abroad")
    INSTITUTION = "institution", _("Institution")


COMPANIES = {OrganisationKind.LARGE_COMPANY, OrganisationKind.SME, OrganisationKind.COMPANY}


class MembershipKind(TextChoices):
    FOUNDING_MEMBER = "founding", _("Founding member")
    MEMBER = "member", _("Member")


class ProjectKind(TextChoices):
    """Only R&D can be joined, started and counted."""

    RD = "rd", _("R&D project")
    AGENDA = "agenda", _("Agenda or network")
    TRAINING = "training", _("Training")


class ProjectStatus(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    UNDER_WAY = "under way", _("Under way")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class PartnerRole(TextChoices):
    LEADS = "leads", pgettext_lazy("role in a project", "Leads")
    PARTNER = "partner", _("Partner")


class DatePrecision(TextChoices):
    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")


class SeatState(TextChoices):
    """Computed from a seat's row, never stored."""

    OPEN = "open", pgettext_lazy("seat", "Open")
    PAST_DEADLINE = "past", _("Past its deadline")
    FILLED = "filled", _("Filled")
    WITHDRAWN = "withdrawn", pgettext_lazy("seat", "Withdrawn")


class CallState(TextChoices):
    """Computed from a call's dates, never stored."""

    COMING = "coming", _("Not yet open")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class TermKind(TextChoices):
    """How a word or phrase speaks of its topic."""

    SYNONYM = "synonym", _("Word or phrase")
    GENERIC = "generic", _("Generic word: counts only beside others")
    OTHER_SENSE = "other", _("Phrase that means something else")


class Language(TextChoices):
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")


class TopicSource(TextChoices):
    """What says that a cluster works on a topic."""

    SPECIALTY = "specialty", _("Its published specialty")
    KEYWORD = "keyword", _("One of its keywords")
    KNOWN = "known", _("Known of the cluster")
