"""The partners of a project, the seats that are open in it, and the grants that it has."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.forms.projects import GrantForm, PartnerForm, PartnerLeaveForm, SeatForm
from clusters.models import Grant, OpenSeat, Project, ProjectPartner
from clusters.querysets import OpenSeatQuerySet, ProjectPartnerQuerySet
from clusters.services import projects as services
from clusters.views.frame import projects_of
from ifa_crm.shared.editing import confirm_page, form_page, locked
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act


def _project(request: StaffRequest, ref: str) -> Project:
    return get_object_or_404(projects_of(request).live(), ref=ref)


def _partners(request: StaffRequest, ref: str) -> ProjectPartnerQuerySet:
    rows: ProjectPartnerQuerySet = ProjectPartner.objects.visible_to(request.user)
    return rows.filter(project__ref=ref).select_related("organisation", "project")


def _seats(request: StaffRequest, ref: str) -> OpenSeatQuerySet:
    rows: OpenSeatQuerySet = OpenSeat.objects.visible_to(request.user)
    return rows.filter(project__ref=ref).select_related("project")


# --- Partners ----------------------------------------------------------------------------


@requires(Act.EDIT_CLUSTERS)
def partner_create(request: StaffRequest, ref: str) -> HttpResponseBase:
    project = _project(request, ref)
    form = PartnerForm(
        request.POST or None, instance=ProjectPartner(project=project), user=request.user
    )
    if form.carry_out(
        lambda: services.save_partner(
            actor=request.user, partner=form.save(commit=False), seat=form.cleaned_data["seat"]
        )
    ):
        messages.success(request, _("%s is a partner now.") % form.result.organisation)
        return redirect(project)
    title = _("New partner of %s") % project
    return form_page(request, form, title=title, back=project, submit=_("Record it"))


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def partner_edit(request: StaffRequest, ref: str, partner: str) -> HttpResponseBase:
    row = locked(request, _partners(request, ref), ref=partner)
    form = PartnerForm(request.POST or None, instance=row, user=request.user)
    if form.carry_out(
        lambda: services.save_partner(actor=request.user, partner=form.save(commit=False))
    ):
        messages.success(request, _("Saved."))
        return redirect(row.project)
    return form_page(request, form, title=_("Edit %s") % row.organisation, back=row.project)


@requires(Act.EDIT_CLUSTERS)
def partner_leave(request: StaffRequest, ref: str, partner: str) -> HttpResponseBase:
    row = get_object_or_404(_partners(request, ref).present(), ref=partner)
    form = PartnerLeaveForm(request.POST or None)
    if form.carry_out(
        lambda: services.leave_partner(actor=request.user, partner=row, **form.cleaned_data)
    ):
        messages.success(request, _("%s has left the project.") % row.organisation)
        return redirect(row.project)
    title = _("Has %s left the project?") % row.organisation
    return confirm_page(request, form, title=title, submit=_("They left"), back=row.project)


@requires(Act.EDIT_CLUSTERS)
def partner_return(request: StaffRequest, ref: str, partner: str) -> HttpResponseBase:
    row = get_object_or_404(_partners(request, ref), ref=partner, left_on__isnull=False)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: services.return_partner(actor=request.user, partner=row)):
        messages.success(request, _("%s is a partner now.") % row.organisation)
        return redirect(row.project)
    title = _("Is %s a partner after all?") % row.organisation
    return confirm_page(request, form, title=title, submit=_("A partner"), back=row.project)


# --- Seats -------------------------------------------------------------------------------


def _seat_saved(request: StaffRequest, form: SeatForm) -> OpenSeat:
    seat, topics = form.save(commit=False), form.cleaned_data["topics"]
    return services.save_seat(actor=request.user, seat=seat, topics=topics)


@requires(Act.EDIT_CLUSTERS)
def seat_create(request: StaffRequest, ref: str) -> HttpResponseBase:
    project = _project(request, ref)
    form = SeatForm(request.POST or None, instance=OpenSeat(project=project))
    if form.carry_out(lambda: _seat_saved(request, form)):
        messages.success(request, _("The seat is open."))
        return redirect(project)
    return form_page(
        request,
        form,
        title=_("New open seat in %s") % project,
        intro=_("The partner that the project still misses. Advisers offer it to investors."),
        back=project,
        submit=_("Open the seat"),
    )


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def seat_edit(request: StaffRequest, ref: str, seat: str) -> HttpResponseBase:
    row = locked(request, _seats(request, ref), ref=seat)
    title = _("Edit %s") % row
    form = SeatForm(request.POST or None, instance=row)
    if form.carry_out(lambda: _seat_saved(request, form)):
        messages.success(request, _("Saved."))
        return redirect(row.project)
    return form_page(request, form, title=title, back=row.project)


@requires(Act.EDIT_CLUSTERS)
def seat_withdraw(request: StaffRequest, ref: str, seat: str) -> HttpResponseBase:
    row = get_object_or_404(_seats(request, ref), ref=seat)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: services.withdraw_seat(actor=request.user, seat=row)):
        messages.success(request, _("The seat is withdrawn."))
        return redirect(row.project)
    return confirm_page(
        request,
        form,
        title=_("Withdraw the seat “%s”?") % row,
        intro=_("The project does not look for this partner any more."),
        submit=_("Withdraw"),
        back=row.project,
    )


@requires(Act.EDIT_CLUSTERS)
def seat_reopen(request: StaffRequest, ref: str, seat: str) -> HttpResponseBase:
    row = get_object_or_404(_seats(request, ref), ref=seat)
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: services.reopen_seat(actor=request.user, seat=row)):
        messages.success(request, _("The seat is open again."))
        return redirect(row.project)
    title = _("Open the seat “%s” again?") % row
    return confirm_page(request, form, title=title, submit=_("Open it again"), back=row.project)


# --- Grants ------------------------------------------------------------------------------


@requires(Act.EDIT_CLUSTERS)
def grant_create(request: StaffRequest, ref: str) -> HttpResponseBase:
    project = _project(request, ref)
    grant = Grant(project=project, granted_on=timezone.localdate())
    form = GrantForm(request.POST or None, instance=grant, user=request.user)
    if form.carry_out(
        lambda: services.save_grant(actor=request.user, grant=form.save(commit=False))
    ):
        messages.success(request, _("The grant is on record."))
        return redirect(project)
    title = _("New grant to %s") % project
    return form_page(request, form, title=title, back=project, submit=_("Record it"))


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def grant_edit(request: StaffRequest, ref: str, grant: str) -> HttpResponseBase:
    rows = Grant.objects.visible_to(request.user).filter(project__ref=ref)
    row = locked(request, rows.select_related("project"), ref=grant)
    form = GrantForm(request.POST or None, instance=row, user=request.user)
    if form.carry_out(
        lambda: services.save_grant(actor=request.user, grant=form.save(commit=False))
    ):
        messages.success(request, _("Saved."))
        return redirect(row.project)
    title = _("Edit a grant to %s") % row.project
    return form_page(request, form, title=title, back=row.project)
