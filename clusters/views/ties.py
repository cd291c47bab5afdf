"""Members of a cluster and its partners abroad."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.forms.people import MembershipForm, PartnershipForm, TieEndForm
from clusters.models import Cluster, Membership, Partnership
from clusters.querysets import MembershipQuerySet, PartnershipQuerySet
from clusters.services.ties import end_tie, resume_tie, save_tie
from clusters.views.frame import clusters_of
from ifa_crm.shared.editing import confirm_page, form_page, locked
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act


def _cluster(request: StaffRequest, slug: str) -> Cluster:
    return get_object_or_404(clusters_of(request).live(), slug=slug)


def _members(slug: str) -> str:
    return reverse("clusters:cluster_members", args=[slug])


def _memberships(request: StaffRequest, slug: str) -> MembershipQuerySet:
    rows: MembershipQuerySet = Membership.objects.visible_to(request.user)
    return rows.filter(cluster__slug=slug).select_related("organisation", "cluster")


def _partnerships(request: StaffRequest, slug: str) -> PartnershipQuerySet:
    rows: PartnershipQuerySet = Partnership.objects.visible_to(request.user)
    return rows.filter(cluster__slug=slug).select_related("organisation", "cluster")


# --- Memberships -------------------------------------------------------------------------


@requires(Act.EDIT_CLUSTERS)
def membership_create(request: StaffRequest, slug: str) -> HttpResponseBase:
    cluster = _cluster(request, slug)
    form = MembershipForm(
        request.POST or None, instance=Membership(cluster=cluster), user=request.user
    )
    if form.carry_out(lambda: save_tie(actor=request.user, tie=form.save(commit=False))):
        messages.success(request, _("%s is a member now.") % form.result.organisation)
        return redirect(_members(slug))
    title = _("New member of %s") % cluster
    return form_page(request, form, title=title, back=_members(slug), submit=_("Record it"))


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def membership_edit(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    tie = locked(request, _memberships(request, slug), ref=ref)
    form = MembershipForm(request.POST or None, instance=tie, user=request.user)
    if form.carry_out(lambda: save_tie(actor=request.user, tie=form.save(commit=False))):
        messages.success(request, _("Saved."))
        return redirect(_members(slug))
    title = _("Edit the membership of %s") % tie.organisation
    return form_page(request, form, title=title, back=_members(slug))


@requires(Act.EDIT_CLUSTERS)
def membership_end(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    tie = get_object_or_404(_memberships(request, slug).current(), ref=ref)
    form = TieEndForm(request.POST or None)
    if form.carry_out(lambda: end_tie(actor=request.user, tie=tie, **form.cleaned_data)):
        messages.success(request, _("The membership of %s has ended.") % tie.organisation)
        return redirect(_members(slug))
    title = _("Has the membership of %s ended?") % tie.organisation
    return confirm_page(request, form, title=title, submit=_("It ended"), back=_members(slug))


@requires(Act.EDIT_CLUSTERS)
def membership_resume(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    tie = get_object_or_404(_memberships(request, slug), ref=ref, until_year__isnull=False)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: resume_tie(actor=request.user, tie=tie)):
        messages.success(request, _("%s is a member now.") % tie.organisation)
        return redirect(_members(slug))
    title = _("Is %s a member after all?") % tie.organisation
    return confirm_page(request, form, title=title, submit=_("A member"), back=_members(slug))


# --- Partnerships ------------------------------------------------------------------------


@requires(Act.EDIT_CLUSTERS)
def partnership_create(request: StaffRequest, slug: str) -> HttpResponseBase:
    cluster = _cluster(request, slug)
    form = PartnershipForm(
        request.POST or None, instance=Partnership(cluster=cluster), user=request.user
    )
    if form.carry_out(lambda: save_tie(actor=request.user, tie=form.save(commit=False))):
        messages.success(request, _("The partnership is on record."))
        return redirect(_members(slug))
    title = _("New partnership of %s") % cluster
    return form_page(request, form, title=title, back=_members(slug), submit=_("Record it"))


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def partnership_edit(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    tie = locked(request, _partnerships(request, slug), ref=ref)
    form = PartnershipForm(request.POST or None, instance=tie, user=request.user)
    if form.carry_out(lambda: save_tie(actor=request.user, tie=form.save(commit=False))):
        messages.success(request, _("Saved."))
        return redirect(_members(slug))
    title = _("Edit the partnership with %s") % tie.partner_name
    return form_page(request, form, title=title, back=_members(slug))


@requires(Act.EDIT_CLUSTERS)
def partnership_end(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    tie = get_object_or_404(_partnerships(request, slug).current(), ref=ref)
    form = TieEndForm(request.POST or None)
    if form.carry_out(lambda: end_tie(actor=request.user, tie=tie, **form.cleaned_data)):
        messages.success(request, _("The partnership with %s has ended.") % tie.partner_name)
        return redirect(_members(slug))
    title = _("Has the partnership with %s ended?") % tie.partner_name
    return confirm_page(request, form, title=title, submit=_("It ended"), back=_members(slug))


@requires(Act.EDIT_CLUSTERS)
def partnership_resume(request: StaffRequest, slug: str, ref: str) -> HttpResponseBase:
    tie = get_object_or_404(_partnerships(request, slug), ref=ref, until_year__isnull=False)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: resume_tie(actor=request.user, tie=tie)):
        messages.success(request, _("The partnership with %s goes on.") % tie.partner_name)
        return redirect(_members(slug))
    title = _("Does the partnership with %s go on after all?") % tie.partner_name
    return confirm_page(request, form, title=title, submit=_("It goes on"), back=_members(slug))
