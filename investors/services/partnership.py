"""What a confirmed engagement changes on the clusters' side."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clusters.choices import OrganisationKind, PartnerRole, ProjectKind, ProjectStatus
from clusters.models import OpenSeat, Organisation, Project, ProjectPartner
from clusters.services.projects import record_status
from investors.choices import CompanySize, EngagementKind, EngagementRole, EngagementState
from investors.models import Engagement, Investor

_SMALL = {CompanySize.MICRO, CompanySize.SMALL, CompanySize.MEDIUM}
_BIG = {CompanySize.MID, CompanySize.LARGE}


def organisation_of(investor: Investor) -> Organisation:
    """The organisation that stands for the investor, created if it has none."""
    if investor.organisation is not None:
        return investor.organisation
    kind = OrganisationKind.COMPANY
    if investor.size in _SMALL:
        kind = OrganisationKind.SME
    elif investor.size in _BIG:
        kind = OrganisationKind.LARGE_COMPANY
    organisation = Organisation(
        name=investor.name,
        kind=kind,
        country=investor.seat_country or investor.control_country,
        city=investor.city,
        website=investor.website,
        restricted=investor.restricted,
    )
    organisation.full_clean()
    organisation.save()
    investor.organisation, investor.organisation_created = organisation, True
    investor.save()
    return organisation


def join_project(engagement: Engagement) -> None:
    """Make the investor a partner, fill the seat, and move a project that starts under way."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=engagement.project_id)
    _require_possible(project, engagement)
    organisation = organisation_of(engagement.lead.investor)
    partner = ProjectPartner.objects.filter(
        project=project, organisation=organisation, left_on__isnull=True
    ).first()
    if partner is None:
        partner = ProjectPartner(
            project=project,
            organisation=organisation,
            role=(
                PartnerRole.LEADS
                if engagement.role == EngagementRole.LEADS
                else PartnerRole.PARTNER
            ),
            joined_on=engagement.agreed_on,
            restricted=engagement.lead.restricted,
        )
        partner.full_clean()
        partner.save()
        engagement.partner = partner
    elif partner.engagement_rows.exists():  # made by another need of the same investor
        engagement.partner = partner
    if engagement.seat is not None:
        _fill(engagement, engagement.seat, partner)
    if engagement.kind == EngagementKind.START and project.status == ProjectStatus.PROPOSED:
        record_status(project=project, to=ProjectStatus.UNDER_WAY, actor=engagement.verified_by)
    engagement.project = project


def _require_possible(project: Project, engagement: Engagement) -> None:
    if project.kind != ProjectKind.RD or project.is_archived:
        raise ValidationError(_("Only an R&D project can be joined or started."), "not_rd")
    if project.status == ProjectStatus.CANCELLED:
        raise ValidationError(_("The project was cancelled."), "cancelled")
    if engagement.kind == EngagementKind.JOIN and project.status == ProjectStatus.PROPOSED:
        raise ValidationError(_("The project is not under way yet."), "not_joinable")


def _fill(engagement: Engagement, wanted: OpenSeat, partner: ProjectPartner) -> None:
    seat = OpenSeat.objects.select_for_update(of=("self",)).get(pk=wanted.pk)
    if seat.filled_on or seat.withdrawn_on:
        raise ValidationError(
            _("The seat is not open any more: send the engagement back."), "seat_taken"
        )
    if OpenSeat.objects.filter(filled_by=partner).exists():
        raise ValidationError(
            _("The investor fills another seat of this project already: send it back."),
            "other_seat",
        )
    seat.filled_on, seat.filled_by = engagement.agreed_on, partner
    seat.restricted = engagement.lead.restricted
    seat.full_clean()
    seat.save()
    engagement.seat = seat


def leave_project(engagement: Engagement, day: dt.date) -> None:
    """End the partner row that the engagement made.

    One that was there before stays, and one that another need of the investor still rests on.
    """
    Project.objects.select_for_update(of=("self",)).get(pk=engagement.project_id)
    partner = engagement.partner
    if partner is None or partner.left_on is not None:
        return
    others = partner.engagement_rows.exclude(pk=engagement.pk)
    if others.filter(state__in=[EngagementState.VERIFIED, EngagementState.COMPLETED]).exists():
        return
    partner.left_on = day
    partner.full_clean()
    partner.save()
