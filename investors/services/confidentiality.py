"""Who sees a confidential lead, and the rows of others that rest on it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clusters.models import OpenSeat, Organisation, Project, ProjectPartner
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.models import Admission, Contact, Engagement, Investor, Lead
from investors.permissions import may_handle, require
from investors.services.events import lock
from investors.services.folding import refold_leads
from investors.services.matching import note_investor


def people_of(lead: Lead) -> set[int]:
    """Keys of the people who see ``lead`` because of the lead itself, not of their role."""
    admitted = set(lead.admissions.values_list("user_id", flat=True))
    return {pk for pk in (lead.owner_id, lead.deputy_id, *admitted) if pk is not None}


def spread(lead: Lead) -> None:
    """Carry the mark and the people of ``lead`` to every row that rests on it.

    The investor, contacts known through the lead, a project created for it, the partner row that
    an agreement made, who took a seat, and an organisation created for the investor. A row that
    several leads rest on is seen by the people of all of them.
    """
    investor = lead.investor
    changed = Contact.objects.filter(known_through=lead, restricted=not lead.restricted)
    if changed.update(restricted=lead.restricted):
        note_investor(investor)
    leads = list(Lead.objects.filter(investor=investor))
    investor.restricted = bool(leads) and all(each.restricted for each in leads)
    same = Q(pk=investor.pk) | Q(merged_into=investor)
    Investor.objects.filter(same).update(restricted=investor.restricted)
    people = set().union(*(people_of(each) for each in leads))
    for engagement in Engagement.objects.filter(lead=lead).select_related(
        "project", "partner", "seat"
    ):
        _mark_project(engagement)
        _mark_partner(engagement)
        _mark_seat(engagement)
    if investor.organisation_created and investor.organisation is not None:
        _mark(investor.organisation, restricted=investor.restricted, people=people)
    refold_leads(investor)


def settle_investor(investor: Investor) -> None:
    """Its marks follow its leads, their search texts its names, its twins what it is called."""
    lead = Lead.objects.filter(investor=investor).select_related("investor").first()
    if lead is not None:
        spread(lead)
    else:
        same = Q(pk=investor.pk) | Q(merged_into=investor)
        Investor.objects.filter(same).update(restricted=False)
    note_investor(investor)


def _mark_project(engagement: Engagement) -> None:
    """A project is as open as the lead that it was created for."""
    sharing = _engagements(project=engagement.project)
    for creator in (each for each in sharing if each.project_created):
        people = set().union(*(people_of(each.lead) for each in sharing))
        _mark(engagement.project, restricted=creator.lead.restricted, people=people)


def _mark_partner(engagement: Engagement) -> None:
    """A partner is hidden while every lead that made it one is, unless the desk knows of it
    from a source of its own."""
    if engagement.partner is not None:
        sharing = _engagements(partner=engagement.partner)
        people = set().union(*(people_of(each.lead) for each in sharing))
        hidden = all(each.lead.restricted for each in sharing) and not engagement.partner.source
        _mark(engagement.partner, restricted=hidden, people=people)


def _mark_seat(engagement: Engagement) -> None:
    """Who took a seat is as open as the lead whose verified engagement filled it."""
    seat = engagement.seat
    if seat is not None and seat.filled_by_id is not None and engagement.verified_at is not None:
        _mark(seat, restricted=engagement.lead.restricted, people=people_of(engagement.lead))


def _engagements(**rows: Project | ProjectPartner) -> list[Engagement]:
    return list(Engagement.objects.filter(**rows).select_related("lead"))


def _mark(
    row: Organisation | Project | ProjectPartner | OpenSeat, *, restricted: bool, people: set[int]
) -> None:
    row.restricted = restricted
    type(row).objects.filter(pk=row.pk).update(restricted=restricted)
    row.admitted.set(people if restricted else [])


@transaction.atomic
def admit(*, actor: User, lead: Lead, user: User, reason: str) -> Admission:
    """Let ``user`` see a confidential lead and everything under it; logged with ``reason``."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    if not lead.restricted:
        raise ValidationError(_("Only a confidential lead needs this."), "not_confidential")
    if not user.is_active or not user.may(Act.READ):
        raise refusal("user", _("This person does not work here any more."), "gone")
    admission = Admission(lead=lead, user=user, admitted_by=actor, reason=reason)
    admission.full_clean()
    admission.save()
    spread(lead)
    return admission


@transaction.atomic
def withdraw_admission(*, actor: User, admission: Admission) -> None:
    """Take the admission back; the history keeps it."""
    lead = lock(admission.lead)
    require(may_handle(actor, lead))
    admission.delete()
    spread(lead)
