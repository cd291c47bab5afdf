"""The outbox, for administrators: what waits, what left, what needs a decision."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from io import BytesIO

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ifa_crm.shared.downloads import to_keep
from ifa_crm.shared.editing import confirm_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import MAIL_IN_DOUBT, MailState
from ifa_crm.work.filters import MailFilter
from ifa_crm.work.models import Mail
from ifa_crm.work.services import outbox

SHOWN = {"text/plain", "text/html", "text/calendar"}


@dataclass(frozen=True)
class Part:
    """A part of a mail as the page shows it: its text as it stands, never drawn."""

    number: int
    content_type: str
    name: str
    text: str


@require_safe
@requires(Act.ADMINISTER)
def mail_list(request: StaffRequest) -> HttpResponseBase:
    page = ListPage(
        request,
        rows=Mail.objects.defer("raw"),
        filterset=MailFilter,
        sorts={"queued": ("queued_at", "pk"), "next": ("next_attempt_at", "pk")},
        default_sort="-queued",
    )
    return page.answer(
        "work/mail_list.html",
        title=_("Outbox"),
        lead=_("Mail is written with the act that causes it and sent by the worker."),
        leaves=settings.MAIL_LEAVES,
    )


@require_safe
@requires(Act.ADMINISTER)
def mail_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    mail = get_object_or_404(Mail.objects.select_related("caused_by"), ref=ref)
    context = {
        "mail": mail,
        "title": str(mail),
        "parts": _parts(mail.message) if _is_readable(mail) else None,
        "in_doubt": mail.state in MAIL_IN_DOUBT,
        "may_be_given_up": mail.state in {MailState.QUEUED, MailState.UNKNOWN},
        "is_unknown": mail.state == MailState.UNKNOWN,
        "changes": changes_of(request.user, [mail], before=request.GET.get("before")),
    }
    return TemplateResponse(request, "work/mail_detail.html", context)


def _is_readable(mail: Mail) -> bool:
    """A link that sets a password is for its recipient alone; in the demo accounts are public."""
    return settings.DEMO or not mail.is_secret


def _parts(message: EmailMessage) -> list[Part]:
    return [
        Part(
            number=number,
            content_type=str(part["Content-Type"] or part.get_content_type()),
            name=part.get_filename() or "",
            text=_text(part),
        )
        for number, part in enumerate(message.walk())
        if not part.is_multipart()
    ]


def _text(part: EmailMessage) -> str:
    if part.get_content_type() not in SHOWN:
        return ""
    content = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    return content.decode(charset, errors="replace") if isinstance(content, bytes) else ""


@require_safe
@requires(Act.ADMINISTER)
def mail_part(request: StaffRequest, ref: str, number: int) -> HttpResponseBase:
    """One part of a mail, to keep."""
    mail = get_object_or_404(Mail, ref=ref)
    part = dict(enumerate(mail.message.walk())).get(number)
    if part is None or part.is_multipart() or not _is_readable(mail):
        raise Http404
    content = part.get_payload(decode=True)
    file = BytesIO(content if isinstance(content, bytes) else b"")
    return to_keep(file, part.get_filename() or f"part-{number}.txt")


def _decision(
    request: StaffRequest,
    ref: str,
    act: Callable[..., Mail],
    question: str,
    consequence: str,
    submit: str,
) -> HttpResponseBase:
    """Ask, and do what was decided about a mail."""
    mail = get_object_or_404(Mail.objects.defer("raw"), ref=ref)
    actor: User = request.user
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: act(actor=actor, mail=mail)):
        messages.success(request, _("Noted."))
        return redirect(mail)
    return confirm_page(
        request, form, title=question % mail, intro=consequence, submit=submit, back=mail
    )


@requires(Act.ADMINISTER)
def mail_send_again(request: StaffRequest, ref: str) -> HttpResponseBase:
    consequence = _("Its Message-ID stays: most mailboxes show a second copy only once.")
    question, submit = _("Send “%s” again?"), _("Send again")
    return _decision(request, ref, outbox.send_again, question, consequence, submit)


@requires(Act.ADMINISTER)
def mail_arrived(request: StaffRequest, ref: str) -> HttpResponseBase:
    question, submit = _("Has “%s” arrived?"), _("It arrived")
    consequence = _("Ask its recipient, or look into the log of the mail server.")
    return _decision(request, ref, outbox.note_arrived, question, consequence, submit)


@requires(Act.ADMINISTER)
def mail_give_up(request: StaffRequest, ref: str) -> HttpResponseBase:
    question, submit = _("Give “%s” up?"), _("Give it up")
    consequence = _("It is not sent. It can be sent later all the same.")
    return _decision(request, ref, outbox.give_up, question, consequence, submit)
