"""Blind briefs for leaders of clusters: written, cleared, released; the name told later."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ifa_crm.shared.editing import confirm_page, form_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.blinding import Finding
from investors.blinding_reading import findings_of, tellable, text_of
from investors.choices import Way
from investors.forms.blind_briefs import ReleaseForm, RevealForm, WriteBlindBriefForm
from investors.models import BlindBrief, BlindRelease
from investors.permissions import may_handle, may_relay, require
from investors.services import blind_briefs
from investors.topics import ENGLISH, FRENCH
from investors.views.frame import get_lead, lead_frame, locked_under_lead, needs_of


@require_safe
@requires(Act.READ)
def lead_blind_brief(request: StaffRequest, ref: str) -> HttpResponseBase:
    lead = get_lead(request, ref)
    written = lead.blind_briefs.select_related("made_by", "released_by")
    rows = list(written.prefetch_related("releases__leader__cluster", "releases__reveal"))
    context = lead_frame(request, lead) | {
        "drafts": [row for row in rows if row.is_draft],
        "released": [row for row in rows if not row.is_draft],
    }
    return TemplateResponse(request, "investors/lead_blind_brief.html", context)


@requires(Act.RECORD)
def blind_brief_start(request: StaffRequest, ref: str) -> HttpResponseBase:
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: blind_briefs.start_blind_brief(actor=request.user, lead=lead)):
        return redirect("investors:blind_brief_edit", ref=form.result.ref)
    return confirm_page(
        request,
        form,
        title=_("Begin a blind brief"),
        intro=_("It tells leaders of clusters what a company seeks, not who it is."),
        submit=_("Begin"),
        back=reverse("investors:lead_blind_brief", args=[lead.ref]),
    )


def get_blind_brief(request: StaffRequest, ref: str) -> BlindBrief:
    rows = BlindBrief.objects.visible_to(request.user).select_related(
        *("lead__investor__parent", "lead__investor__organisation", "lead__owner"),
        *("made_by", "released_by"),
    )
    rows = rows.prefetch_related(
        *("lead__topics", "lead__sectors", "lead__objectives", "lead__investor__contacts")
    )
    found: BlindBrief = get_object_or_404(rows, ref=ref)
    return found


def _split(brief: BlindBrief) -> tuple[list[Finding], list[Finding]]:
    """What could give the company away: what nobody cleared, and what somebody did."""
    cleared = {entry["key"] for entry in brief.cleared}
    found = findings_of(brief)
    return (
        [finding for finding in found if finding.key not in cleared],
        [finding for finding in found if finding.key in cleared],
    )


def _texts(request: StaffRequest, brief: BlindBrief) -> list[tuple[str, str, str]]:
    """(code, name, text) of both languages."""
    answer_to = brief.lead.owner or request.user
    return [
        (code, name, text_of(brief, code, answer_to))
        for code, name in ((ENGLISH, _("In English")), (FRENCH, _("In French")))
    ]


@require_safe
@requires(Act.READ)
def blind_brief_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    brief = get_blind_brief(request, ref)
    lead, user = brief.lead, request.user
    left, cleared = _split(brief)
    releases = brief.releases.select_related(
        "leader__cluster", "released_by", "reveal__consent_by", "reveal__revealed_by"
    )
    context = {
        "title": str(brief),
        "brief": brief,
        "lead": lead,
        "left": left,
        "cleared": cleared,
        "texts": _texts(request, brief),
        "releases": list(releases),
        "may_handle": may_handle(user, lead),
        "may_relay": may_relay(user, lead),
    }
    return TemplateResponse(request, "investors/blind_brief_detail.html", context)


def _released_already(request: StaffRequest, brief: BlindBrief) -> HttpResponse:
    messages.info(request, _("It has been released: what was released is not changed any more."))
    return redirect(brief)


@requires(Act.RECORD)
@transaction.atomic
def blind_brief_edit(request: StaffRequest, ref: str) -> HttpResponseBase:
    """The texts, and under them what could give the company away in what is saved."""
    brief = locked_under_lead(request, lambda: get_blind_brief(request, ref))
    require(may_handle(request.user, brief.lead))
    if not brief.is_draft:
        return _released_already(request, brief)
    found = findings_of(brief)
    form = WriteBlindBriefForm(
        request.POST if request.method == "POST" else None,
        brief=brief,
        found=found,
        tellable=tellable(brief.lead),
    )
    if form.carry_out(
        lambda: blind_briefs.write_blind_brief(actor=request.user, brief=brief, **form.texts)
    ):
        left, _cleared = _split(form.result)
        if not left:
            messages.success(request, _("Saved. Nothing in it gives the company away."))
            return redirect(brief)
        said = ngettext(
            "Saved. %d thing could give the company away: look at it below.",
            "Saved. %d things could give the company away: look at them below.",
            len(left),
        )
        messages.warning(request, said % len(left))
        return redirect(reverse("investors:blind_brief_edit", args=[brief.ref]) + "#findings")
    return form_page(
        request,
        form,
        title=_("Write the blind brief"),
        back=brief,
        template="investors/blind_brief_edit.html",
        brief=brief,
        found=found,
        ticked=set(form["cleared"].value() or []),
        texts=_texts(request, brief),
    )


@requires(Act.RECORD)
def blind_brief_discard(request: StaffRequest, ref: str) -> HttpResponseBase:
    brief = get_blind_brief(request, ref)
    require(may_handle(request.user, brief.lead))
    if not brief.is_draft:
        return _released_already(request, brief)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: blind_briefs.discard_blind_brief(actor=request.user, brief=brief)):
        messages.success(request, _("The draft is gone."))
        return redirect("investors:lead_blind_brief", ref=brief.lead.ref)
    return confirm_page(
        request,
        form,
        title=_("Discard this draft?"),
        intro=_("Nothing of it has left the house."),
        submit=_("Discard"),
        back=brief,
        danger=True,
    )


@requires(Act.RECORD)
def blind_brief_release(request: StaffRequest, ref: str) -> HttpResponseBase:
    brief = get_blind_brief(request, ref)
    require(may_relay(request.user, brief.lead))
    form = ReleaseForm(
        request.POST if request.method == "POST" else None, brief=brief, initial={"way": Way.MAIL}
    )
    if form.carry_out(
        lambda: blind_briefs.release_blind_brief(
            actor=request.user, brief=brief, **form.cleaned_data
        )
    ):
        count = len(form.result)
        said = ngettext("Released to %d leader.", "Released to %d leaders.", count)
        messages.success(request, said % count)
        return redirect(brief)
    left, _cleared = _split(brief)
    return form_page(
        request,
        form,
        title=_("Release the blind brief"),
        submit=_("Release it"),
        back=brief,
        template="investors/blind_brief_release.html",
        brief=brief,
        left=left,
        needs=needs_of(brief.lead),
        texts=_texts(request, brief),
        anybody=form.fields["leaders"].queryset.exists(),
        may_handle=may_handle(request.user, brief.lead),
    )


@requires(Act.RECORD)
def blind_release_reveal(request: StaffRequest, ref: str) -> HttpResponseBase:
    """Tell a leader whose need it was."""
    rows = BlindRelease.objects.visible_to(request.user).select_related(
        "brief__lead__investor", "leader__cluster"
    )
    release = get_object_or_404(rows, ref=ref)
    lead = release.brief.lead
    require(may_relay(request.user, lead))
    first: dict[str, Any] = {"way": Way.MAIL, "text": blind_briefs.name_told(release)}
    form = RevealForm(
        request.POST if request.method == "POST" else None, release=release, initial=first
    )

    def act() -> Any:
        said = {name: form.cleaned_data[name] for name in ("way", "text")}
        return blind_briefs.reveal(
            actor=request.user, release=release, consent=form.consent, **said
        )

    if form.carry_out(act):
        messages.success(request, _("%s knows now whose need it is.") % release.leader)
        return redirect(release)
    return form_page(
        request,
        form,
        title=_("Name the company to %s") % release.leader,
        submit=_("Name it"),
        back=release,
        template="investors/blind_release_reveal.html",
        release=release,
        lead=lead,
    )
