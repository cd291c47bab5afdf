"""What is known of a cluster: evidence, where facts come from, notes to the desk officer."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clusters.choices import FactField
from clusters.forms.clusters import (
    EvidenceEndForm,
    EvidenceForm,
    FactForm,
    NoteAnswerForm,
    NoteForm,
)
from clusters.models import Cluster, ClusterFact, CorrectionNote, EvidenceNote
from clusters.querysets import EvidenceNoteQuerySet
from clusters.services import clusters as services
from clusters.views.frame import clusters_of
from ifa_crm.shared.editing import confirm_page, form_page, locked
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act


def _cluster(request: StaffRequest, slug: str) -> Cluster:
    return get_object_or_404(clusters_of(request).live(), slug=slug)


def _sources(slug: str) -> str:
    return reverse("clusters:cluster_sources", args=[slug])


# --- Evidence ----------------------------------------------------------------------------


@requires(Act.EDIT_CLUSTERS)
def evidence_create(request: StaffRequest, slug: str) -> HttpResponseBase:
    cluster = _cluster(request, slug)
    start = {"factor": request.GET.get("factor", ""), "dated": timezone.localdate()}
    form = EvidenceForm(request.POST or None, instance=EvidenceNote(cluster=cluster), initial=start)
    if form.carry_out(
        lambda: services.save_evidence(actor=request.user, note=form.save(commit=False))
    ):
        messages.success(request, _("The note is on record."))
        return redirect(cluster)
    return form_page(
        request,
        form,
        title=_("New evidence on %s") % cluster,
        intro=_("Dated and sourced. It carries no mark: we grade no cluster."),
        back=cluster,
        submit=_("Record it"),
    )


def _evidence(slug: str) -> EvidenceNoteQuerySet:
    return EvidenceNote.objects.filter(cluster__slug=slug).select_related("cluster")


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def evidence_edit(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    note = locked(request, _evidence(slug), ref=ref)
    form = EvidenceForm(request.POST or None, instance=note)
    if form.carry_out(
        lambda: services.save_evidence(actor=request.user, note=form.save(commit=False))
    ):
        messages.success(request, _("Saved."))
        return redirect(note.cluster)
    title = _("Edit evidence on %s") % note.cluster
    return form_page(request, form, title=title, back=note.cluster)


@requires(Act.EDIT_CLUSTERS)
def evidence_end(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    note = get_object_or_404(_evidence(slug), ref=ref, ended_on__isnull=True)
    form = EvidenceEndForm(request.POST or None, initial={"ended_on": timezone.localdate()})
    if form.carry_out(
        lambda: services.end_evidence(actor=request.user, note=note, **form.cleaned_data)
    ):
        messages.success(request, _("The note is marked as no longer true."))
        return redirect(note.cluster)
    return confirm_page(
        request,
        form,
        title=_("Does this no longer hold?"),
        intro=note.text,
        submit=_("No longer holds"),
        back=note.cluster,
    )


@requires(Act.EDIT_CLUSTERS)
def evidence_resume(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    note = get_object_or_404(_evidence(slug), ref=ref, ended_on__isnull=False)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: services.end_evidence(actor=request.user, note=note, ended_on=None)):
        messages.success(request, _("The note holds again."))
        return redirect(note.cluster)
    return confirm_page(
        request,
        form,
        title=_("Does this hold again?"),
        intro=note.text,
        submit=_("It holds"),
        back=note.cluster,
    )


# --- Facts -------------------------------------------------------------------------------


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def fact_edit(request: StaffRequest, slug: str, field: str) -> HttpResponseBase:
    """Describe where a fact comes from; one that nobody has described gets its first row."""
    cluster = _cluster(request, slug)
    if field not in FactField.values:
        raise Http404
    rows = ClusterFact.objects.filter(cluster=cluster, field=field)
    described = rows.exists()
    fact = locked(request, rows) if described else ClusterFact(cluster=cluster, field=field)
    form = FactForm(request.POST or None, instance=fact)
    if form.carry_out(lambda: services.save_fact(actor=request.user, fact=form.save(commit=False))):
        messages.success(request, _("Saved, and checked today."))
        return redirect(_sources(slug))
    title = _("%(fact)s of %(cluster)s") % {
        "fact": fact.get_field_display(),
        "cluster": cluster,
    }
    return form_page(request, form, title=title, back=_sources(slug))


@require_POST
@requires(Act.EDIT_CLUSTERS)
def fact_check(request: StaffRequest, slug: str, field: str) -> HttpResponseBase:
    cluster = _cluster(request, slug)
    get_object_or_404(cluster.facts, field=field)
    services.check_facts(actor=request.user, cluster=cluster, fields=[field])
    messages.success(request, _("Checked today: %s.") % FactField(field).label)
    return redirect(_sources(slug))


@require_POST
@requires(Act.EDIT_CLUSTERS)
def facts_check(request: StaffRequest, slug: str) -> HttpResponseBase:
    """Everything on the page still holds."""
    cluster = _cluster(request, slug)
    count = services.check_facts(
        actor=request.user, cluster=cluster, fields=[field.value for field in FactField]
    )
    text = ngettext("%(n)d fact checked today.", "%(n)d facts checked today.", count)
    messages.success(request, text % {"n": count})
    return redirect(_sources(slug))


# --- Notes to the desk officer -------------------------------------------------------------


@requires(Act.RECORD)
def note_create(request: StaffRequest, slug: str) -> HttpResponseBase:
    """A note to the desk officer; ``?text=`` begins it."""
    cluster = _cluster(request, slug)
    form = NoteForm(request.POST or None, initial={"text": request.GET.get("text", "")[:2000]})
    if form.carry_out(
        lambda: services.write_note(actor=request.user, cluster=cluster, **form.cleaned_data)
    ):
        messages.success(request, _("The desk officer will see your note."))
        return redirect(cluster)
    title = _("Put something right on %s") % cluster
    return form_page(request, form, title=title, back=cluster, submit=_("Send to the desk"))


@requires(Act.EDIT_CLUSTERS)
def note_answer(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    notes = CorrectionNote.objects.open().filter(cluster__slug=slug).select_related("cluster")
    note = get_object_or_404(notes, ref=ref)
    form = NoteAnswerForm(request.POST or None)
    if form.carry_out(
        lambda: services.answer_note(actor=request.user, note=note, **form.cleaned_data)
    ):
        messages.success(request, _("The note is dealt with."))
        return redirect(note.cluster)
    return confirm_page(
        request,
        form,
        title=_("Dealt with?"),
        intro=note.text,
        submit=_("Dealt with"),
        back=note.cluster,
    )
