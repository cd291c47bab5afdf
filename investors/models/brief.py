"""What leaves the house: the briefing for an investor, the blind brief for leaders of clusters.

What was sent or released is never changed: the row keeps it word for word.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Leader
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.choices import Language
from investors.choices import ConsentHow, Way
from investors.models.activity import Interaction
from investors.models.investor import Contact
from investors.models.lead import Lead
from investors.models.shortlist import Shortlisting
from investors.querysets_briefs import (
    BlindBriefQuerySet,
    BlindReleaseQuerySet,
    BriefingQuerySet,
    RevealQuerySet,
)


def _staff(label: Any, **options: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=label,
        **options,
    )


def _language() -> "models.CharField[str, str]":
    return models.CharField(_("language"), max_length=2, choices=Language.choices)


def _way() -> "models.CharField[str, str]":
    return models.CharField(_("how it left"), max_length=6, choices=Way.choices, blank=True)


def _differs(row: models.Model, kept: "models.QuerySet[Any]") -> bool:
    """Whether ``row`` is among the rows that are kept as they are, and says something else."""
    stored = kept.filter(pk=row.pk).values().first()
    return stored is not None and any(getattr(row, name) != stored[name] for name in stored)


class Briefing(Audited, models.Model):
    """A page about clusters for one person at the investor: written, sent once, then kept.

    ``content`` is the page as it was sent (:mod:`investors.briefing`), ``text`` the same in plain
    words with the message before it. ``note`` and ``next_step`` are written for the investor.
    """

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead, on_delete=models.PROTECT, related_name="briefings", verbose_name=_("lead")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="briefings", verbose_name=_("for")
    )
    language = _language()
    note = models.TextField(_("covering note"), max_length=4000)
    next_step = models.TextField(_("next step"), max_length=2000)
    made_by = _staff(_("written by"))
    made_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    sent_by = _staff(_("sent by"), null=True, blank=True)
    way = _way()
    sent_to = models.CharField(_("sent to"), max_length=400, blank=True, editable=False)
    content = models.JSONField(_("page as sent"), default=dict, blank=True, editable=False)
    text = models.TextField(_("text as sent"), blank=True, editable=False)
    interaction = models.OneToOneField(
        Interaction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="briefing",
        verbose_name=_("interaction"),
    )

    objects = ByReference.from_queryset(BriefingQuerySet)()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("briefing")
        verbose_name_plural = _("briefings")
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True, interaction__isnull=True)
                & Q(way="", sent_to="", text="")
                | Q(sent_at__isnull=False, sent_by__isnull=False, interaction__isnull=False)
                & ~Q(way="")
                & ~Q(sent_to="")
                & ~Q(text=""),
                name="investors_briefing_sent_whole",
                violation_error_message=_(
                    "A briefing that was sent must say when, by whom, to whom, how and what."
                ),
            )
        ]

    def __str__(self) -> str:
        return str(_("Briefing for %(name)s") % {"name": self.contact})

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return reverse("investors:briefing_detail", args=[self.ref])

    def clean(self) -> None:
        if _differs(self, Briefing.objects.sent()):
            raise refusal("sent_at", gettext("What was sent is not changed any more."), "sent")

    @property
    def is_draft(self) -> bool:
        return self.sent_at is None


class BriefingCluster(Audited, models.Model):
    """A cluster of a briefing, with why it is worth the investor's time, written for them."""

    briefing = models.ForeignKey(
        Briefing, on_delete=models.CASCADE, related_name="clusters", verbose_name=_("briefing")
    )
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="briefings", verbose_name=_("cluster")
    )
    position = models.PositiveSmallIntegerField(_("place"))
    why = models.TextField(_("why for them"), max_length=2000, blank=True)
    with_evidence = models.BooleanField(_("with what is known of it"), default=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("cluster of a briefing")
        verbose_name_plural = _("clusters of briefings")
        constraints = [
            models.UniqueConstraint(
                fields=["briefing", "cluster"],
                name="investors_briefing_cluster_once",
                violation_error_code="cluster",
                violation_error_message=_("This cluster is already in the briefing."),
            )
        ]

    def __str__(self) -> str:
        return str(self.cluster)


class BlindBrief(Audited, models.Model):
    """What leaders of clusters may read of a need before they may know whose it is.

    ``shows`` lists what it tells (:class:`investors.choices.BlindFact`); the free words are
    written in both languages, because each leader is written to in one of theirs. ``cleared``
    lists what somebody found to give nothing away: what, who, when. At the first release the two
    texts are frozen.
    """

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead, on_delete=models.PROTECT, related_name="blind_briefs", verbose_name=_("lead")
    )
    shows = models.JSONField(_("what it tells"), default=list, blank=True)
    words_en = models.TextField(_("in your words, in English"), max_length=4000, blank=True)
    words_fr = models.TextField(_("in your words, in French"), max_length=4000, blank=True)
    cleared = models.JSONField(_("cleared"), default=list, blank=True, editable=False)
    made_by = _staff(_("written by"))
    made_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    released_at = models.DateTimeField(_("first released"), null=True, blank=True, editable=False)
    released_by = _staff(_("released by"), null=True, blank=True)
    text_en = models.TextField(_("text as released, in English"), blank=True, editable=False)
    text_fr = models.TextField(_("text as released, in French"), blank=True, editable=False)

    objects = ByReference.from_queryset(BlindBriefQuerySet)()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("blind brief")
        verbose_name_plural = _("blind briefs")
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                & Q(text_en="", text_fr="")
                | Q(released_at__isnull=False, released_by__isnull=False)
                & ~Q(text_en="")
                & ~Q(text_fr=""),
                name="investors_blind_released_whole",
                violation_error_message=_(
                    "A blind brief that was released must say when, by whom and what."
                ),
            )
        ]

    def __str__(self) -> str:
        return str(
            _("Blind brief of %(day)s") % {"day": date_format(timezone.localdate(self.made_at))}
        )

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return reverse("investors:blind_brief_detail", args=[self.ref])

    def clean(self) -> None:
        if _differs(self, BlindBrief.objects.released()):
            raise refusal(
                "shows", gettext("What was released is not changed any more."), "released"
            )

    @property
    def is_draft(self) -> bool:
        return self.released_at is None


class BlindRelease(Audited, models.Model):
    """A blind brief as one leader got it."""

    ref = ReferenceField()
    brief = models.ForeignKey(
        BlindBrief, on_delete=models.PROTECT, related_name="releases", verbose_name=_("blind brief")
    )
    shortlisting = models.ForeignKey(
        Shortlisting,
        on_delete=models.PROTECT,
        related_name="blind_releases",
        verbose_name=_("shortlisted cluster"),
    )
    leader = models.ForeignKey(
        Leader, on_delete=models.PROTECT, related_name="blind_releases", verbose_name=_("leader")
    )
    language = _language()
    way = _way()
    sent_to = models.CharField(_("told to"), max_length=400)
    text = models.TextField(_("text as released"))
    released_at = models.DateTimeField(_("released"), default=timezone.now)
    released_by = _staff(_("released by"))

    objects = ByReference.from_queryset(BlindReleaseQuerySet)()

    class Meta:
        ordering = ["-released_at", "-pk"]
        verbose_name = _("release of a blind brief")
        verbose_name_plural = _("releases of blind briefs")
        constraints = [
            models.UniqueConstraint(
                fields=["brief", "leader"],
                name="investors_blind_release_once",
                violation_error_message=_("This leader has this blind brief already."),
            ),
            models.CheckConstraint(
                condition=~Q(way="") & ~Q(text="") & ~Q(sent_to=""),
                name="investors_blind_release_whole",
                violation_error_message=_("A release must say to whom, how and what."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leader} ({self.shortlisting.cluster})"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return f"{self.brief.get_absolute_url()}#{self.ref}"


class Reveal(Audited, models.Model):
    """A leader was told whose need a blind brief spoke of, and the investor's consent to that."""

    ref = ReferenceField()
    release = models.OneToOneField(
        BlindRelease, on_delete=models.PROTECT, related_name="reveal", verbose_name=_("release")
    )
    was_confidential = models.BooleanField(_("the lead was confidential"))
    consent_by = models.ForeignKey(
        Contact,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
        verbose_name=_("who agreed"),
    )
    consent_on = models.DateField(_("agreed on"), null=True, blank=True)
    consent_how = models.CharField(
        _("how they agreed"), max_length=10, choices=ConsentHow.choices, blank=True
    )
    way = _way()
    sent_to = models.CharField(_("told to"), max_length=400)
    text = models.TextField(_("what was told"))
    revealed_at = models.DateTimeField(_("told"), default=timezone.now)
    revealed_by = _staff(_("told by"))

    objects = ByReference.from_queryset(RevealQuerySet)()

    class Meta:
        ordering = ["-revealed_at", "-pk"]
        verbose_name = _("reveal of an investor")
        verbose_name_plural = _("reveals of investors")
        constraints = [
            models.CheckConstraint(
                condition=Q(consent_by__isnull=True, consent_on__isnull=True, consent_how="")
                | Q(consent_by__isnull=False, consent_on__isnull=False) & ~Q(consent_how=""),
                name="investors_reveal_consent_whole",
                violation_error_code="consent_by",
                violation_error_message=_("A consent must say who gave it, when and how."),
            ),
            models.CheckConstraint(
                condition=Q(was_confidential=False) | Q(consent_by__isnull=False),
                name="investors_reveal_needs_consent",
                violation_error_code="consent_by",
                violation_error_message=_(
                    "A confidential investor is named only once they have agreed."
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.release)

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return self.release.get_absolute_url()
