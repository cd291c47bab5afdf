"""A mail on its way out."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.work.choices import MAIL_WAITING, MailState
from ifa_crm.work.querysets import MailQuerySet


class Mail(Audited, models.Model):
    """A mail as it is sent, byte for byte, and what became of it.

    ``about`` names its subject (``meeting:…``, ``to:…``): mails of one subject leave in the
    order in which they were written. ``left`` are the recipients who have it still to get,
    ``refused`` those whom the server refused for good, with its words.
    """

    ref = ReferenceField()
    about = models.CharField(_("about"), max_length=120)
    message_id = models.CharField("Message-ID", max_length=200, unique=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    sender = models.CharField(_("from"), max_length=320)
    recipients = models.JSONField(_("to"))
    left = models.JSONField(_("still to reach"), default=list, blank=True)
    refused = models.JSONField(_("refused for good"), default=dict, blank=True)
    raw = models.BinaryField(_("message"))
    is_secret = models.BooleanField(
        _("secret"), default=True, help_text=_("Its text is for its recipient's eyes only.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=MailState.choices, default=MailState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    claim = models.CharField(max_length=32, blank=True, default="", editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    handed_over_at = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.TextField(_("what the server said"), blank=True, default="")
    queued_at = models.DateTimeField(_("written"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    caused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("caused by"),
    )

    objects = models.Manager.from_queryset(MailQuerySet)()

    class Meta:
        ordering = ["-queued_at", "-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=MailState.SENDING) | Q(claimed_at__isnull=False) & ~Q(claim=""),
                name="work_mail_sent_by_somebody",
                violation_error_message=_("A mail that is being sent must have a worker."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(MAIL_WAITING), ended_at__isnull=True)
                | ~Q(state__in=sorted(MAIL_WAITING)) & Q(ended_at__isnull=False),
                name="work_mail_ended_at_its_end",
                violation_error_message=_("A mail must say when it ended, and only at its end."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state=MailState.QUEUED),
                name="work_mail_due",
            ),
            models.Index(fields=["about", "id"], name="work_mail_about"),
            models.Index(fields=["state", "-queued_at"], name="work_mail_state"),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_id

    def get_absolute_url(self) -> str:
        return reverse("work:mail_detail", args=[self.ref])

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(bytes(self.raw), policy=modern)

    @property
    def is_waiting(self) -> bool:
        return self.state in MAIL_WAITING

    @property
    def may_have_left(self) -> bool:
        """Whether a recipient may have it, so that an earlier mail would come too late."""
        left = {MailState.SENDING, MailState.SENT, MailState.UNKNOWN}
        return self.state in left or self.left != self.recipients

    @property
    def tone(self) -> str:
        tones = {
            MailState.SENT: "good",
            MailState.GIVEN_UP: "bad",
            MailState.UNKNOWN: "warn",
            MailState.SENDING: "accent",
        }
        return tones.get(MailState(self.state), "quiet")
