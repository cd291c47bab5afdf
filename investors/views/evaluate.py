"""Where to send them: the page without any record, and the same on a lead.

All that is asked stands in one form, so that every button of the page sends it along: answered at
once by htmx, by a whole page without.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clusters.models import Cluster, Region, Sector, Topic
from ifa_crm.shared.editing import form_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.choices import Band, Mode
from investors.evaluating_kept import differences, kept_parts
from investors.evaluating_reading import Evaluated, mode_of, read_names, run_of
from investors.forms.evaluate import EvaluatedLeadForm, NoteEvaluatedForm, begun_with
from investors.models import Evaluation, Lead
from investors.permissions import may_handle, require
from investors.services import evaluations
from investors.services.leads import edit_lead
from investors.services.quick import start_lead
from investors.views.evaluate_page import (
    Question,
    answer,
    goes_to_its_address,
    lead_page,
    named,
    question_of,
    shown,
)
from investors.views.frame import get_lead

# --- without any record ----------------------------------------------------------------------


@requires(Act.READ)
def evaluate(request: StaffRequest) -> HttpResponse:
    """Writes nothing, whatever is sent; a short question has an address of its own."""
    here = reverse("investors:evaluate")
    question = question_of(request)
    if goes_to_its_address(request, question):
        return redirect(question.address(here))
    context = shown(request, question) | {
        "title": _("Where to send them"),
        "may_record": request.user.may(Act.RECORD),
    }
    return answer(request, context, "investors/evaluate.html", question, here)


@requires(Act.RECORD)
def evaluate_lead(request: StaffRequest) -> HttpResponse:
    """A new lead that begins with what was evaluated: ``begin`` brings it along."""
    question = question_of(request)
    asked, topics = question.asked, question.found.need.topics
    is_sent = request.method == "POST" and "begin" not in request.POST
    form = EvaluatedLeadForm(
        request.POST if is_sent else None,
        user=request.user,
        initial=begun_with(asked, topics, mode_of(asked.mode)),
    )
    if form.carry_out(
        lambda: start_lead(
            actor=request.user,
            investor=form.investor,
            fields=form.lead_fields,
            following=form.following,
            contact=form.contact,
            said=form.heard,
            by_rules=form.cleaned_data["by_rules"],
        )
    ):
        messages.success(request, _("The lead is on record."))
        return redirect("investors:lead_evaluate", ref=form.result.ref)
    back = question.address(reverse("investors:evaluate"))
    return form_page(request, form, title=_("New lead"), submit=_("Create the lead"), back=back)


# --- on a lead -------------------------------------------------------------------------------


@requires(Act.READ)
def lead_evaluate(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    question = question_of(request, lead)
    if goes_to_its_address(request, question):
        return redirect(question.address(reverse("investors:lead_evaluate", args=[lead.ref])))
    return lead_page(request, lead, question)


def _handled(request: StaffRequest, ref: str) -> tuple[Lead, Question]:
    """The lead that the reader may act on, and what the page sent."""
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    return lead, question_of(request, lead)


@require_POST
@requires(Act.RECORD)
def lead_keep(request: StaffRequest, ref: str) -> HttpResponse:
    lead, question = _handled(request, ref)
    found = question.found
    if question.form.carry_out(
        lambda: evaluations.keep_evaluation(
            actor=request.user, lead=lead, text=found.asked.text, run=found.of_everybody().run
        )
    ):
        messages.success(request, _("Kept. It stays as it is, whatever changes."))
        return redirect(question.form.result)
    return lead_page(request, lead, question)


@require_POST
@requires(Act.RECORD)
def lead_note(request: StaffRequest, ref: str) -> HttpResponse:
    lead, question = _handled(request, ref)
    noting, found = NoteEvaluatedForm(request.POST), question.found
    if question.form.is_valid() and noting.carry_out(
        lambda: evaluations.note_evaluated(
            actor=request.user,
            lead=lead,
            text=found.asked.text,
            run=found.of_everybody().run,
            **noting.cleaned_data,
        )
    ):
        count = len(noting.result)
        said = ngettext(
            "%d cluster is on the shortlist.", "%d clusters are on the shortlist.", count
        )
        messages.success(request, said % count)
        return redirect("investors:lead_shortlist", ref=lead.ref)
    return lead_page(request, lead, question, noting)


@require_POST
@requires(Act.RECORD)
def lead_record(request: StaffRequest, ref: str) -> HttpResponse:
    """Topics, sectors, mode and regions as they stand on the page become the lead's."""
    lead, question = _handled(request, ref)
    form = question.form
    if form.carry_out(
        lambda: edit_lead(actor=request.user, lead=lead, changes=_changes(question.found))
    ):
        messages.success(request, _("It is on record of the lead."))
        return redirect("investors:lead_evaluate", ref=lead.ref)
    return lead_page(request, lead, question)


def _changes(found: Evaluated) -> dict[str, Any]:
    """What is not known here leaves what the lead says about the mode."""
    mode = mode_of(found.asked.mode)
    return {
        "topics": list(Topic.objects.live().filter(key__in=list(found.need.topics))),
        "sectors": list(Sector.objects.filter(key__in=found.asked.sectors)),
        "preferred_regions": list(Region.objects.filter(name__in=found.asked.regions)),
        **({} if mode == Mode.NOT_ASKED else {"mode": mode}),
    }


# --- one that was kept -----------------------------------------------------------------------


@requires(Act.READ)
def lead_evaluation(request: StaffRequest, ref: str) -> HttpResponse:
    """One that was kept, and what had changed since the one before."""
    rows = Evaluation.objects.visible_to(request.user).select_related("made_by", "lead__investor")
    kept: Evaluation = get_object_or_404(rows, ref=ref)
    names = read_names()
    before = kept.lead.evaluations.filter(pk__lt=kept.pk).first()
    difference = differences(run_of(before), run_of(kept), names) if before else None
    context = {
        "title": str(kept),
        "kept": kept,
        "lead": kept.lead,
        "latest": before,
        "difference": named(difference) if difference else None,
        "bands": _bands(kept),
        "topics": [names.topics.get(key, key) for key in kept.topics],
        "sectors": [names.sectors.get(key, key) for key in kept.sectors],
    }
    return TemplateResponse(request, "investors/lead_evaluation.html", context)


def _bands(kept: Evaluation) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(key, label, rows with their cluster) of each band that holds one."""
    clusters = Cluster.objects.in_bulk(list(kept.bands), field_name="slug")
    return [
        (band.value, str(band.label), held)
        for band in Band
        if (
            held := [
                row
                | {"cluster": clusters.get(row["cluster"], row["cluster"])}
                | {"parts": kept_parts(row["parts"])}
                for row in kept.rows
                if row["band"] == band
            ]
        )
    ]
