"""The public form, its privacy notice and its answer; the enquiries that became no lead."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ifa_crm.shared.editing import FAILED, confirm_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.middleware import caller_address
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.enquiry_limits import may_send
from investors.forms.enquiry import EnquiryForm
from investors.models import Enquiry
from investors.services.enquiries import NOTICE, receive_enquiry, settle_enquiry

_SALT = "enquiry received"
TOO_MANY = 429
LISTED = 100


def _page(
    request: HttpRequest, template: str, language: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page without the staff's frame, drawn in ``language`` whatever the browser or a cookie
    says: the address alone decides."""
    here = request.resolver_match.url_name if request.resolver_match else None
    name = "enquiry" if here in {None, "enquiry_start"} else here
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    switch = [
        (code, label, reverse(f"investors:{name}", args=[code]) + query)
        for code, label in (("en", "English"), ("fr", "Français"))
    ]
    shown = {"language": language, "switch": switch} | context
    response = TemplateResponse(request, f"enquiry/{template}.html", shown, status=status)
    response.headers["Content-Language"] = language
    return response.render()


@login_not_required
@never_cache
def enquiry_start(request: HttpRequest) -> HttpResponse:
    """The form in the language that the browser asks for."""
    asked = translation.get_language_from_request(request)
    return enquiry(request, "fr" if asked.startswith("fr") else "en")


@login_not_required
@never_cache
def enquiry(request: HttpRequest, language: str) -> HttpResponse:
    with translation.override(language):
        form = EnquiryForm(request.POST if request.method == "POST" else None)
        if not (request.method == "POST" and form.is_valid()):
            return _page(request, "form", language, FAILED if form.is_bound else 200, form=form)
        if not _is_repeated(form) and not may_send(
            caller=caller_address(request), email=form.cleaned_data["email"]
        ):
            form.add_error(None, _("Too many enquiries have come from here. Try again later."))
            return _page(request, "form", language, TOO_MANY, form=form)
        if form.carry_out(
            lambda: receive_enquiry(token=form.token, language=language, asked=form.asked)
        ):
            received: Enquiry = form.result
            key = signing.dumps(received.ref, salt=_SALT)
            return redirect(f"{reverse('investors:enquiry_received', args=[language])}?e={key}")
        return _page(request, "form", language, FAILED, form=form)


def _is_repeated(form: EnquiryForm) -> bool:
    return Enquiry.objects.filter(token=form.token).exists()


@login_not_required
@never_cache
@require_safe
def enquiry_received(request: HttpRequest, language: str) -> HttpResponse:
    """The reference and by when a person answers, to whoever sent it."""
    try:
        ref = signing.loads(request.GET.get("e", ""), salt=_SALT)
    except signing.BadSignature:
        return redirect("investors:enquiry", language)
    found = get_object_or_404(Enquiry, ref=ref)
    with translation.override(language):
        return _page(request, "received", language, enquiry=found)


@login_not_required
@require_safe
def enquiry_privacy(request: HttpRequest, language: str) -> HttpResponse:
    with translation.override(language):
        return _page(request, "privacy", language, notice=NOTICE)


# --- For the staff ---------------------------------------------------------------------------


@require_safe
@requires(Act.RECORD)
def enquiry_list(request: StaffRequest) -> HttpResponse:
    """What came through the form and could not become a lead: somebody must answer it."""
    rows = Enquiry.objects.visible_to(request.user).to_settle().order_by("received_at", "pk")
    context = {"title": _("Enquiries without a lead"), "enquiries": rows[:LISTED]}
    return TemplateResponse(request, "investors/enquiry_list.html", context)


@requires(Act.RECORD)
def enquiry_settle(request: StaffRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(Enquiry.objects.visible_to(request.user).to_settle(), ref=ref)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: settle_enquiry(actor=request.user, enquiry=found)):
        messages.success(request, _("Noted: it was dealt with."))
        return redirect("investors:enquiry_list")
    return confirm_page(
        request,
        form,
        title=_("Was “%(enquiry)s” dealt with?") % {"enquiry": found},
        intro=_("It leaves the list. What they wrote is kept."),
        submit=_("It was dealt with"),
        back="investors:enquiry_list",
    )
