"""Paste an e-mail: first it is read, then looked through, and only then saved."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ifa_crm.shared.editing import form_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors import drafts
from investors.choices import Direction
from investors.forms.mail import MailForm, PasteForm, lead_of_sender
from investors.mail_reading import ReadMail, in_zone, read_message, read_text
from investors.models import Interaction, Lead
from investors.services.mail import log_mail, start_with_mail
from investors.twins import likely_twins


@requires(Act.RECORD)
def mail_paste(request: StaffRequest) -> HttpResponse:
    """Take it in; ``?lead=`` says onto which lead. Nothing is on record afterwards."""
    lead = None
    if ref := request.GET.get("lead"):
        lead = get_object_or_404(Lead.objects.visible_to(request.user).live(), ref=ref)
    form = PasteForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _to_look_through(request, form, lead)
    return form_page(
        request,
        form,
        title=_("Paste an e-mail"),
        intro=_("Nothing is saved before you have looked through what was read."),
        submit=_("Read it"),
        back=lead or "investors:lead_list",
    )


def _to_look_through(request: StaffRequest, form: PasteForm, lead: Lead | None) -> HttpResponse:
    user, draft = request.user, ""
    file = form.cleaned_data["file"]
    if file is not None:
        raw = file.read()
        mail = read_message(raw)
        draft = drafts.keep(user, raw) if mail.files else ""
    else:
        mail = read_text(form.cleaned_data["text"])
    mail = in_zone(mail, user.zone)
    found = lead or lead_of_sender(user, mail.sender_email)
    shown = MailForm(
        user=user, enclosed=mail.files, initial=_initial(user, mail, found) | {"draft": draft}
    )
    return _look(request, shown, mail)


def _initial(user: User, mail: ReadMail, lead: Lead | None) -> dict[str, Any]:
    ours = bool(mail.sender_email) and (
        User.objects.filter(email__iexact=mail.sender_email).exists()
    )
    sent = mail.sent_at
    return {
        "lead": lead,
        "title": mail.subject[:150],
        "direction": Direction.OUT if ours else Direction.IN,
        "contact_name": "" if ours else mail.sender_name,
        "contact_email": "" if ours else mail.sender_email,
        "happened_at": sent and timezone.localtime(sent, user.zone).replace(second=0),
        "subject": mail.subject[:200],
        "text": mail.text,
    }


def _look(request: StaffRequest, form: MailForm, mail: ReadMail | None = None) -> HttpResponse:
    email = mail.sender_email if mail else form["contact_email"].value() or ""
    twins = likely_twins(user=request.user, name="", email=email) if email else []
    return form_page(
        request,
        form,
        title=_("Look through the e-mail"),
        intro=_("This was read from it. Correct what is wrong, then save it."),
        submit=_("Save it"),
        back="investors:mail_paste",
        template="investors/mail_check.html",
        action=reverse("investors:mail_save"),
        twins=twins,
    )


@require_POST
@requires(Act.RECORD)
def mail_save(request: StaffRequest) -> HttpResponse:
    """Save what was looked through."""
    user, draft = request.user, request.POST.get("draft", "")
    raw = drafts.fetch(user, draft) if draft else None
    enclosed = read_message(raw).files if raw else ()
    form = MailForm(request.POST, user=user, enclosed=enclosed)
    if draft and raw is None:
        form.add_error(None, _("The attachments are not kept any more. Bring the e-mail again."))
    if form.carry_out(lambda: _save(user, form)):
        drafts.forget(user, draft)
        messages.success(request, _("Logged."))
        saved: Any = form.result
        return redirect(saved)
    return _look(request, form)


def _save(user: User, form: MailForm) -> Interaction:
    given: dict[str, Any] = {
        "actor": user,
        "said": form.said,
        "contact": form.contact,
        "files": form.chosen_files,
    }
    lead = form.cleaned_data["lead"]
    if lead is not None:
        return log_mail(lead=lead, **given)
    return start_with_mail(investor=form.investor, fields=form.lead_fields, **given)
