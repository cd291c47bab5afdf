"""Leaders of a cluster."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.forms.people import LeaderForm
from clusters.models import Leader
from clusters.querysets import LeaderQuerySet
from clusters.services.clusters import end_leader, return_leader, save_leader
from clusters.views.frame import clusters_of
from ifa_crm.shared.editing import confirm_page, form_page, locked
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act


def _leaders(request: StaffRequest, slug: str) -> LeaderQuerySet:
    rows: LeaderQuerySet = Leader.objects.visible_to(request.user)
    return rows.filter(cluster__slug=slug)


def _people(slug: str) -> str:
    return reverse("clusters:cluster_people", args=[slug])


@requires(Act.EDIT_CLUSTERS)
def leader_create(request: StaffRequest, slug: str) -> HttpResponseBase:
    cluster = get_object_or_404(clusters_of(request).live(), slug=slug)
    form = LeaderForm(request.POST or None, instance=Leader(cluster=cluster))
    if form.carry_out(lambda: save_leader(actor=request.user, leader=form.save(commit=False))):
        messages.success(request, _("%s is on record.") % form.result)
        return redirect(_people(slug))
    title = _("New leader of %s") % cluster
    return form_page(request, form, title=title, back=_people(slug), submit=_("Record them"))


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def leader_edit(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    leader = locked(request, _leaders(request, slug), ref=ref)
    title = _("Edit %s") % leader
    form = LeaderForm(request.POST or None, instance=leader)
    if form.carry_out(lambda: save_leader(actor=request.user, leader=form.save(commit=False))):
        messages.success(request, _("Saved."))
        return redirect(_people(slug))
    return form_page(request, form, title=title, back=_people(slug))


@requires(Act.EDIT_CLUSTERS)
def leader_leave(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    leader = get_object_or_404(_leaders(request, slug), ref=ref)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: end_leader(actor=request.user, leader=leader)):
        messages.success(request, _("%s is no longer offered for introductions.") % leader)
        return redirect(_people(slug))
    return confirm_page(
        request,
        form,
        title=_("Has %s left office?") % leader,
        intro=_("They stay on past meetings and are no longer offered for new ones."),
        submit=_("Left office"),
        back=_people(slug),
    )


@requires(Act.EDIT_CLUSTERS)
def leader_return(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    leader = get_object_or_404(_leaders(request, slug), ref=ref)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: return_leader(actor=request.user, leader=leader)):
        messages.success(request, _("%s is offered for introductions again.") % leader)
        return redirect(_people(slug))
    title = _("Is %s back in office?") % leader
    return confirm_page(request, form, title=title, submit=_("Back in office"), back=_people(slug))
