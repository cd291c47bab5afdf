"""What was said, what is to be done, and the files that go with it."""

from collections.abc import Iterator

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference
from investors.choices import ActionKind, Direction, InteractionKind, Result
from investors.models.investor import Contact
from investors.models.lead import Lead
from investors.querysets import ActionQuerySet, AttachmentQuerySet, InteractionQuerySet

SPOKEN = [InteractionKind.CALL, InteractionKind.VISIT]


class Interaction(Audited, models.Model):
    """An e-mail, call, visit or note on a lead.

    An inbound one is open until a person answers: an outbound e-mail with text, or a call or
    visit at which they spoke. ``answered_at`` is written by the service that logs the answer.
    It carries its reply clock, by the hours of the office that handles the lead, and keeps it when
    it is answered (:mod:`investors.services.clocks`).
    """

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead,
        on_delete=models.PROTECT,
        related_name="interactions",
        verbose_name=_("lead"),
        db_index=False,  # an index below begins with it
    )
    kind = models.CharField(_("kind"), max_length=6, choices=InteractionKind.choices)
    direction = models.CharField(
        _("direction"), max_length=3, choices=Direction.choices, blank=True
    )
    result = models.CharField(_("result"), max_length=10, choices=Result.choices, blank=True)
    happened_at = models.DateTimeField(_("when"))
    contacts = models.ManyToManyField(
        Contact, blank=True, related_name="interactions", verbose_name=_("with whom")
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("logged by"),
    )
    logged_at = models.DateTimeField(_("logged"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="answers",
        verbose_name=_("answered by"),
    )
    reply_due_at = models.DateTimeField(_("reply due"), null=True, blank=True, editable=False)
    silent_at = models.DateTimeField(_("silent from"), null=True, blank=True, editable=False)
    logged_late = models.BooleanField(
        _("late entry"),
        default=False,
        editable=False,
        help_text=_("Logged more than one working day after it happened."),
    )

    objects = ByReference.from_queryset(InteractionQuerySet)()

    class Meta:
        ordering = ["-happened_at", "-pk"]
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=InteractionKind.NOTE, direction="")
                | ~Q(kind=InteractionKind.NOTE) & ~Q(direction=""),
                name="investors_interaction_direction",
                violation_error_code="direction",
                violation_error_message=_(
                    "An e-mail, call or visit must say from whom it came; a note has no direction."
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SPOKEN) & ~Q(result="") | ~Q(kind__in=SPOKEN) & Q(result=""),
                name="investors_interaction_result",
                violation_error_code="result",
                violation_error_message=_(
                    "A call or visit must say whether they spoke, and only such a one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(direction=Direction.IN, answered_at__isnull=False),
                name="investors_interaction_answered",
                violation_error_message=_("Only what came from the investor can be answered."),
            ),
            models.CheckConstraint(
                condition=Q(
                    direction=Direction.IN,
                    reply_due_at__isnull=False,
                    silent_at__gte=F("reply_due_at"),
                )
                | ~Q(direction=Direction.IN) & Q(reply_due_at__isnull=True, silent_at__isnull=True),
                name="investors_interaction_clock",
                violation_error_message=_(
                    "What came from the investor, and only that, must have a reply clock."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "-happened_at"], name="investors_interaction_lead"),
            models.Index(
                fields=["lead", "happened_at"],
                condition=Q(direction="in", answered_at__isnull=True),
                name="investors_interaction_open",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.get_kind_display()

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return f"{self.lead.get_absolute_url()}#interaction-{self.ref}"

    @property
    def is_answer(self) -> bool:
        """Whether a person answered with it. Twin: :meth:`InteractionQuerySet.answers`."""
        if self.kind == InteractionKind.EMAIL:
            return self.direction == Direction.OUT and bool(self.text.strip())
        return self.kind in SPOKEN and self.result == Result.SPOKE

    @property
    def is_heard(self) -> bool:
        """Whether the investor said something. Twin: :meth:`InteractionQuerySet.heard`."""
        return self.direction == Direction.IN or self.result == Result.SPOKE

    @property
    def is_open(self) -> bool:
        """Inbound and not answered yet. Twin: :meth:`InteractionQuerySet.unanswered`."""
        return self.direction == Direction.IN and self.answered_at is None


class Action(Audited, models.Model):
    """What is to be done on a lead, by whom, and when."""

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead,
        on_delete=models.PROTECT,
        related_name="actions",
        verbose_name=_("lead"),
        db_index=False,  # an index below begins with it
    )
    kind = models.CharField(
        _("kind"),
        max_length=5,
        choices=ActionKind.choices,
        default=ActionKind.TODO,
        editable=False,
    )
    what = models.CharField(_("what is to be done"), max_length=200)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("by whom"),
    )
    due = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("done by"),
    )
    dropped = models.BooleanField(
        _("dropped"),
        default=False,
        editable=False,
        help_text=_("Closed without being done, because the lead was closed."),
    )

    objects = ByReference.from_queryset(ActionQuerySet)()

    class Meta:
        ordering = ["due", "pk"]
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints = [
            models.CheckConstraint(
                condition=Q(dropped=False) | Q(done_at__isnull=False),
                name="investors_action_dropped_is_closed",
                violation_error_message=_("A dropped action must be closed."),
            )
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due", "lead"],
                condition=Q(done_at__isnull=True),
                name="investors_action_mine",
            ),
            models.Index(
                fields=["due", "lead"],
                condition=Q(done_at__isnull=True, assignee__isnull=True),
                name="investors_action_nobodys",
            ),
            models.Index(fields=["lead", "done_at", "due"], name="investors_action_lead"),
        ]

    def __str__(self) -> str:
        return self.what

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    @property
    def is_open(self) -> bool:
        return self.done_at is None


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Stored under a random name: a name that was uploaded is never trusted."""
    return f"attachments/{attachment.ref[:2]}/{attachment.ref}"


class Attachment(Audited, models.Model):
    """A file on exactly one lead, interaction or engagement; served through a check only."""

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("lead"),
    )
    interaction = models.ForeignKey(
        Interaction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("interaction"),
    )
    engagement = models.ForeignKey(
        "investors.Engagement",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("engagement"),
    )
    file = models.FileField(_("file"), upload_to=attachment_path, max_length=120)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = ByReference.from_queryset(AttachmentQuerySet)()

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=False, interaction__isnull=True, engagement__isnull=True)
                | Q(lead__isnull=True, interaction__isnull=False, engagement__isnull=True)
                | Q(lead__isnull=True, interaction__isnull=True, engagement__isnull=False),
                name="investors_attachment_of_one",
                violation_error_message=_(
                    "A file must belong to exactly one lead, interaction or engagement."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("investors:attachment", args=[self.ref])

    def holders(self) -> Iterator[models.Model]:
        """The one record it belongs to."""
        for holder in (self.lead, self.interaction, self.engagement):
            if holder is not None:
                yield holder

    @property
    def on_lead(self) -> Lead:
        holder = next(self.holders())
        return holder if isinstance(holder, Lead) else holder.lead  # type: ignore[attr-defined]
