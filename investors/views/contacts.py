"""People at an investor: added on a lead or on the investor, edited, archived."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from ifa_crm.shared.editing import confirm_page, form_page, locked, onward
from ifa_crm.shared.forms import ConfirmForm, ReasonForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.investor import ContactForm
from investors.models import Contact, Investor, Lead
from investors.permissions import require
from investors.services.investors import (
    archive_contact,
    may_edit_investor,
    restore_contact,
    save_contact,
)
from investors.views.frame import get_lead
from investors.views.investors import follow_merged, get_investor


@requires(Act.RECORD)
def contact_create(request: StaffRequest, ref: str) -> HttpResponse:
    """A contact on an investor's page: known to all who see the investor."""
    return _create(request, get_investor(request, ref), None)


@requires(Act.RECORD)
def lead_contact_create(request: StaffRequest, ref: str) -> HttpResponse:
    """A contact on a lead's page: as confidential as the lead."""
    lead = get_lead(request, ref)
    return _create(request, lead.investor, lead)


def _create(request: StaffRequest, investor: Investor, lead: Lead | None) -> HttpResponse:
    form = ContactForm(request.POST or None)
    form.instance.investor = investor

    def act() -> Contact:
        return save_contact(
            actor=request.user, investor=investor, fields=form.changes, known_through=lead
        )

    if form.carry_out(act):
        messages.success(request, _("The contact is on record."))
        return redirect(onward(request, lead or investor))
    title = _("New contact at %s") % investor
    return form_page(request, form, title=title, back=lead or investor)


def _own_contact(request: StaffRequest, ref: str) -> Contact:
    follow_merged(request, Contact, ref)
    rows = Contact.objects.visible_to(request.user).select_related("investor")
    contact: Contact = get_object_or_404(rows, ref=ref)
    require(may_edit_investor(request.user, contact.investor))
    return contact


@requires(Act.RECORD)
@transaction.atomic
def contact_edit(request: StaffRequest, ref: str) -> HttpResponse:
    follow_merged(request, Contact, ref)
    contact = locked(request, Contact.objects.visible_to(request.user), ref=ref)
    investor = contact.investor
    require(may_edit_investor(request.user, investor))
    title = _("Edit %s") % contact
    form = ContactForm(request.POST or None, instance=contact)

    def act() -> Contact:
        return save_contact(
            actor=request.user, investor=investor, contact=contact, fields=form.changes
        )

    if form.carry_out(act):
        messages.success(request, _("Saved."))
        return redirect(onward(request, investor))
    return form_page(request, form, title=title, back=investor)


@requires(Act.RECORD)
def contact_archive(request: StaffRequest, ref: str) -> HttpResponse:
    contact = _own_contact(request, ref)
    form = ReasonForm(request.POST or None)

    def act() -> Contact:
        reason = form.cleaned_data["reason"]
        return archive_contact(actor=request.user, contact=contact, reason=reason)

    if form.carry_out(act):
        messages.success(request, _("Archived."))
        return redirect(contact.investor)
    title = _("Archive %s?") % contact
    back = contact.investor
    return confirm_page(request, form, title=title, submit=_("Archive"), back=back, danger=True)


@requires(Act.RECORD)
def contact_restore(request: StaffRequest, ref: str) -> HttpResponse:
    contact = _own_contact(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: restore_contact(actor=request.user, contact=contact)):
        messages.success(request, _("Restored."))
        return redirect(contact.investor)
    title = _("Restore %s?") % contact
    back = contact.investor
    return confirm_page(request, form, title=title, submit=_("Restore"), back=back)
