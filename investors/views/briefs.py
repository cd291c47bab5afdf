"""Briefings for an investor: the tab of a lead, the draft, the page and its PDF, sending it."""

import io
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ifa_crm.shared.downloads import to_keep
from ifa_crm.shared.editing import confirm_page, form_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.pdf import why_no_pdf
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.briefing import title_of
from investors.briefing_reading import offers, page_of
from investors.choices import Way
from investors.fit import POSSIBLE, STRONG, WEAK
from investors.forms.briefs import SendBriefingForm, StartBriefingForm, WriteBriefingForm
from investors.models import Briefing
from investors.permissions import may_handle, require
from investors.services import briefs
from investors.views.frame import get_lead, lead_frame, locked_under_lead, needs_of

TONES = {STRONG: "good", POSSIBLE: "accent", WEAK: "quiet"}


@require_safe
@requires(Act.READ)
def lead_briefing(request: StaffRequest, ref: str) -> HttpResponseBase:
    lead = get_lead(request, ref)
    written = lead.briefings.select_related("contact", "sent_by", "made_by", "interaction")
    rows = list(written.prefetch_related("clusters__cluster", "interaction__attachments"))
    context = lead_frame(request, lead) | {
        "drafts": [row for row in rows if row.is_draft],
        "sent": [row for row in rows if not row.is_draft],
    }
    return TemplateResponse(request, "investors/lead_briefing.html", context)


@requires(Act.RECORD)
def briefing_start(request: StaffRequest, ref: str) -> HttpResponseBase:
    """For whom, and which clusters: those of the shortlist, and those that fit."""
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    found = offers(lead, request.user, timezone.localdate())
    ticked = [offer.cluster.slug for offer in found if offer.state and not offer.is_ended]
    form = StartBriefingForm(
        request.POST if request.method == "POST" else None, lead=lead, initial={"clusters": ticked}
    )
    if form.carry_out(
        lambda: briefs.start_briefing(actor=request.user, lead=lead, **form.cleaned_data)
    ):
        return redirect("investors:briefing_edit", ref=form.result.ref)
    return form_page(
        request,
        form,
        title=_("Write a briefing"),
        back=reverse("investors:lead_briefing", args=[lead.ref]),
        template="investors/briefing_start.html",
        lead=lead,
        offers=found,
        ticked=set(form["clusters"].value() or []),
        tones=TONES,
        people=form.fields["contact"].queryset.exists(),
    )


def get_briefing(request: StaffRequest, ref: str) -> Briefing:
    rows = Briefing.objects.visible_to(request.user).select_related(
        "lead__investor", "lead__owner__office", "contact", "made_by__office", "sent_by"
    )
    found: Briefing = get_object_or_404(rows, ref=ref)
    return found


def get_draft(request: StaffRequest, ref: str) -> Briefing:
    briefing = get_briefing(request, ref)
    require(may_handle(request.user, briefing.lead))
    return briefing


@require_safe
@requires(Act.READ)
def briefing_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    """What was sent, to whom and by whom; a draft, with what may be done about it."""
    briefing = get_briefing(request, ref)
    lead = briefing.lead
    context = {
        "title": str(briefing),
        "briefing": briefing,
        "lead": lead,
        "rows": briefing.clusters.select_related("cluster"),
        "files": list(briefing.interaction.attachments.all()) if briefing.interaction else [],
        "no_pdf": why_no_pdf(),
        "may_handle": may_handle(request.user, lead),
    }
    return TemplateResponse(request, "investors/briefing_detail.html", context)


@requires(Act.RECORD)
@transaction.atomic
def briefing_edit(request: StaffRequest, ref: str) -> HttpResponseBase:
    briefing = locked_under_lead(request, lambda: get_draft(request, ref))
    if not briefing.is_draft:
        return _sent_already(request, briefing)
    form = WriteBriefingForm(request.POST if request.method == "POST" else None, briefing=briefing)
    if form.carry_out(
        lambda: briefs.write_briefing(
            actor=request.user,
            briefing=briefing,
            parts=form.parts,
            **{name: form.cleaned_data[name] for name in ("note", "next_step", "added")},
        )
    ):
        if form.cleaned_data["added"]:
            messages.success(request, _("Added. Look through why it is worth their time."))
            return redirect("investors:briefing_edit", ref=briefing.ref)
        messages.success(request, _("Saved."))
        return redirect(briefing)
    return form_page(
        request,
        form,
        title=_("Write the briefing for %(name)s") % {"name": briefing.contact},
        back=briefing,
        template="investors/briefing_edit.html",
        briefing=briefing,
    )


def _sent_already(request: StaffRequest, briefing: Briefing) -> HttpResponse:
    messages.info(request, _("It has been sent: what was sent is not changed any more."))
    return redirect(briefing)


@requires(Act.RECORD)
def briefing_discard(request: StaffRequest, ref: str) -> HttpResponseBase:
    briefing = get_draft(request, ref)
    if not briefing.is_draft:
        return _sent_already(request, briefing)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: briefs.discard_briefing(actor=request.user, briefing=briefing)):
        messages.success(request, _("The draft is gone."))
        return redirect("investors:lead_briefing", ref=briefing.lead.ref)
    return confirm_page(
        request,
        form,
        title=_("Discard this draft?"),
        intro=_("Nothing of it has left the house."),
        submit=_("Discard"),
        back=briefing,
        danger=True,
    )


@requires(Act.RECORD)
def briefing_send(request: StaffRequest, ref: str) -> HttpResponseBase:
    """How it goes out. The checklist of the lead must be complete first."""
    briefing = get_draft(request, ref)
    page = page_of(briefing, timezone.localdate())
    with override(briefing.language):
        subject = title_of(page)
    form = SendBriefingForm(
        request.POST if request.method == "POST" else None,
        briefing=briefing,
        initial={"way": Way.MAIL if briefing.contact.email else Way.OWN, "subject": subject},
    )
    if form.carry_out(
        lambda: briefs.send_briefing(actor=request.user, briefing=briefing, **form.cleaned_data)
    ):
        messages.success(request, _("The briefing is sent and logged on the lead."))
        return redirect(form.result)
    if not briefing.is_draft and not form.is_bound:
        return _sent_already(request, briefing)
    return form_page(
        request,
        form,
        title=_("Send the briefing"),
        submit=_("Send it"),
        back=briefing,
        template="investors/briefing_send.html",
        briefing=briefing,
        rows=briefing.clusters.select_related("cluster"),
        needs=needs_of(briefing.lead),
        no_pdf=why_no_pdf(),
    )


# --- what the investor reads ----------------------------------------------------------------------


@require_safe
@requires(Act.READ)
def briefing_page(request: StaffRequest, ref: str) -> HttpResponseBase:
    """The page as the investor gets it, to be looked at and printed."""
    briefing = get_briefing(request, ref)
    page = page_of(briefing, timezone.localdate())
    context: dict[str, Any] = {
        "briefing": briefing,
        "no_pdf": why_no_pdf(),
        "ours": get_language(),
        "back": _("Back to the briefing"),
    }
    with override(briefing.language):
        context |= briefs.sheet_of(page)
    return TemplateResponse(request, "investors/briefing_page.html", context)


@require_safe
@requires(Act.READ)
def briefing_pdf(request: StaffRequest, ref: str) -> HttpResponseBase:
    briefing = get_briefing(request, ref)
    if why_no_pdf():
        raise Http404
    page = page_of(briefing, timezone.localdate())
    pdf = briefs.pdf_of(page)
    return to_keep(io.BytesIO(pdf), f"briefing-{page.dated}.pdf", "application/pdf")
