"""Mail: written with the act that causes it, sent by the worker, never lost."""

import datetime as dt
import secrets
from typing import Final

from auditlog.models import LogEntry
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import MAIL_IN_DOUBT, MailState
from ifa_crm.work.models import Mail
from ifa_crm.work.smtp import Fate, Outcome, hand_over

PAUSES: Final = tuple(dt.timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
GIVEN_UP_AFTER: Final = dt.timedelta(days=2)
KILLED_AT_MOST: Final = 5  # attempts: a mail that kills each worker that takes it must not go on
_KEPT: Final = dt.timedelta(days=90)


def queue_mail(
    *, message: EmailMessage, about: str = "", caused_by: User | None = None, is_secret: bool = True
) -> Mail | None:
    """Write a mail into the outbox, in the transaction of the act that causes it.

    The message is fixed here with its Message-ID, so that a repeat is the same mail. ``about``
    (at most 120 characters) keeps the order among mails of one subject; by default it is whom
    the mail is for. Nothing is written for a message without recipients.
    """
    recipients = list(dict.fromkeys(message.recipients()))
    if not recipients:
        return None
    mime = message.message()
    mail = Mail(
        about=(about or f"to:{recipients[0]}")[:120],
        message_id=str(mime["Message-ID"]),
        subject=" ".join(str(message.subject).split())[:300],
        sender=message.from_email,
        recipients=recipients,
        left=recipients,
        raw=mime.as_bytes(),
        caused_by=caused_by,
        is_secret=is_secret,
    )
    if not settings.MAIL_LEAVES:
        mail.state, mail.ended_at = MailState.KEPT, timezone.now()
    mail.full_clean(exclude=["raw"])
    mail.save()
    return mail


def send_due() -> int:
    """Send one mail that is due; how many there were. The worker calls it again and again."""
    now = timezone.now()
    if not settings.MAIL_LEAVES or not Mail.objects.due_on(now).exists():  # a look takes no lock
        return 0
    mail = _claim(now)
    if mail is None:
        return 0
    outcome = hand_over(
        sender=mail.sender,
        recipients=mail.left,
        raw=bytes(mail.raw),
        before_data=lambda: _note_hand_over(mail),
    )
    _note(mail, outcome)
    return 1


@transaction.atomic
def _claim(now: dt.datetime) -> Mail | None:
    """The next mail, taken for this worker and nobody else."""
    rows = Mail.objects.due_on(now)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    mail = rows.first()
    # Two workers: the row may have been taken between the look and the lock.
    if mail is None or not Mail.objects.filter(pk=mail.pk, state=MailState.QUEUED).exists():
        return None
    mail.state, mail.claim, mail.claimed_at = MailState.SENDING, secrets.token_hex(16), now
    mail.handed_over_at = None
    mail.attempts += 1
    mail.save()
    return mail


def _mine(mail: Mail) -> Mail | None:
    """The locked row while this attempt still holds it."""
    return (
        Mail.objects.select_for_update()
        .filter(pk=mail.pk, state=MailState.SENDING, claim=mail.claim)
        .first()
    )


@transaction.atomic
def _note_hand_over(mail: Mail) -> None:
    row = _mine(mail)
    if row is None:
        raise ConnectionAbortedError("this mail was taken from us")
    row.handed_over_at = timezone.now()
    row.save(update_fields=["handed_over_at"])


@transaction.atomic
def _note(mail: Mail, outcome: Outcome) -> None:
    row = _mine(mail)
    if row is None:
        return
    row.refused |= outcome.never
    row.error = _told(row, outcome)
    if outcome.fate == Fate.UNKNOWN:
        _end(row, MailState.UNKNOWN)
    elif outcome.later:
        row.left = outcome.later
        _try_later_or_give_up(row)
    elif outcome.fate == Fate.TAKEN:
        row.left = []
        _end(row, MailState.SENT)
    else:  # `left` stays: who got it in an earlier attempt does not get it when it is sent again
        _end(row, MailState.GIVEN_UP)


def _told(row: Mail, outcome: Outcome) -> str:
    """Who was refused for good in any attempt, and what this one left undone."""
    lines = [f"{recipient}: {words}" for recipient, words in row.refused.items()]
    if outcome.later or outcome.fate != Fate.TAKEN:
        lines.append(outcome.said)
    return "\n".join(lines).strip()


def _end(row: Mail, state: MailState) -> Mail:
    row.state, row.claim, row.ended_at = state, "", timezone.now()
    row.save()
    return row


def _try_later_or_give_up(row: Mail) -> None:
    now = timezone.now()
    if now - row.queued_at >= GIVEN_UP_AFTER:
        _end(row, MailState.GIVEN_UP)
        return
    row.state, row.claim, row.claimed_at = MailState.QUEUED, "", None
    row.next_attempt_at = now + PAUSES[min(row.attempts, len(PAUSES)) - 1]
    row.save()


def take_back_lapsed(now: dt.datetime) -> int:
    """What a worker that was killed had in hand: sent again if the server cannot have it."""
    lapse = dt.timedelta(seconds=settings.JOB_LAPSE_SECONDS)
    keys = list(Mail.objects.lapsed_on(now, lapse).values_list("pk", flat=True))
    return sum(_take_back(key, now, lapse) for key in keys)


@transaction.atomic
def _take_back(key: int, now: dt.datetime, lapse: dt.timedelta) -> bool:
    row = Mail.objects.select_for_update().lapsed_on(now, lapse).filter(pk=key).first()
    if row is None:
        return False
    row.error = _("The worker was stopped while it sent this mail.")
    if row.handed_over_at is not None:
        _end(row, MailState.UNKNOWN)
    elif row.attempts >= KILLED_AT_MOST:
        _end(row, MailState.GIVEN_UP)
    else:
        row.state, row.claim, row.claimed_at, row.next_attempt_at = MailState.QUEUED, "", None, now
        row.save()
    return True


def forget_old(now: dt.datetime) -> int:
    """Delete mails that ended 90 days ago."""
    count, _by_model = Mail.objects.filter(ended_at__lt=now - _KEPT).delete()
    return count


# --- For people --------------------------------------------------------------------------


def _taken_up(actor: User, mail: Mail) -> Mail:
    if not actor.may(Act.ADMINISTER):
        raise PermissionDenied
    return Mail.objects.select_for_update().get(pk=mail.pk)


def _log(mail: Mail, before: str, actor: User) -> Mail:
    """Note who decided what. What the worker does to mails stands on their rows alone."""
    LogEntry.objects.log_create(
        mail,
        force_log=True,
        action=LogEntry.Action.UPDATE,
        changes={"state": [before, mail.state]},
        actor=actor,
        additional_data=mail.get_additional_data(),
    )
    return mail


@transaction.atomic
def send_again(*, actor: User, mail: Mail) -> Mail:
    """Queue again what was given up or is in doubt, unless it would overtake what came after it."""
    mail = _taken_up(actor, mail)
    if mail.state not in MAIL_IN_DOUBT:
        raise ValidationError(_("Only what was given up or is in doubt is sent again."), "state")
    # Locked before they are looked at, so that no worker takes one meanwhile.
    later = Mail.objects.select_for_update().filter(about=mail.about, pk__gt=mail.pk)
    if any(row.may_have_left for row in later.defer("raw")):
        raise ValidationError(_("A later mail about the same has left already."), "overtaken")
    before = mail.state
    mail.left = mail.left or mail.recipients
    mail.refused = {who: words for who, words in mail.refused.items() if who not in mail.left}
    mail.state, mail.ended_at, mail.attempts, mail.error = MailState.QUEUED, None, 0, ""
    mail.next_attempt_at = mail.queued_at = timezone.now()
    mail.save()
    return _log(mail, before, actor)


@transaction.atomic
def note_arrived(*, actor: User, mail: Mail) -> Mail:
    """Somebody found out that a mail in doubt has arrived."""
    mail = _taken_up(actor, mail)
    if mail.state != MailState.UNKNOWN:
        raise ValidationError(_("Its fate is known already."), "state")
    before, mail.left = mail.state, []
    return _log(_end(mail, MailState.SENT), before, actor)


@transaction.atomic
def give_up(*, actor: User, mail: Mail) -> Mail:
    """Send it no more: what waits, or is in doubt."""
    mail = _taken_up(actor, mail)
    if mail.state not in {MailState.QUEUED, MailState.UNKNOWN}:
        raise ValidationError(_("It has ended, or is on its way."), "state")
    before = mail.state
    return _log(_end(mail, MailState.GIVEN_UP), before, actor)
