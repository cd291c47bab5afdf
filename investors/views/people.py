"""Whose a lead is, and who is admitted to it."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ifa_crm.shared.editing import confirm_page, form_page, locked, onward
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.status import AdmitForm, AssignForm
from investors.models import Lead
from investors.permissions import may_assign, require
from investors.services.confidentiality import admit, withdraw_admission
from investors.services.leads import assign, take
from investors.views.frame import get_lead
from investors.views.status import own_lead


@require_POST
@requires(Act.HANDLE_OWN)
def lead_take(request: StaffRequest, ref: str) -> HttpResponse:
    """Become the owner; told so if somebody else was quicker."""
    lead = get_lead(request, ref)
    form = ConfirmForm(request.POST)
    if form.carry_out(lambda: take(actor=request.user, lead=lead)):
        messages.success(request, _("%(lead)s is yours.") % {"lead": lead})
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect(onward(request, lead))


@requires(Act.RECORD)
@transaction.atomic
def lead_assign(request: StaffRequest, ref: str) -> HttpResponse:
    lead = locked(request, Lead.objects.visible_to(request.user), ref=ref)
    require(may_assign(request.user, lead))
    form = AssignForm(request.POST or None, lead=lead)

    def act() -> Lead:
        given = {name: form.cleaned_data[name] for name in ("owner", "deputy", "office")}
        return assign(actor=request.user, lead=lead, **given)

    if form.carry_out(act):
        messages.success(request, _("Saved."))
        seen = Lead.objects.visible_to(request.user).filter(pk=lead.pk).exists()
        return redirect(lead if seen else "investors:lead_list")
    return form_page(request, form, title=_("Owner and deputy of %s") % lead, back=lead)


@requires(Act.RECORD)
def admission_create(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = AdmitForm(request.POST or None)
    if form.carry_out(lambda: admit(actor=request.user, lead=lead, **form.cleaned_data)):
        messages.success(request, _("Admitted."))
        return redirect(lead)
    return form_page(
        request,
        form,
        title=_("Admit somebody to %s") % lead,
        intro=_("They see the lead and everything under it. It gives no right to change it."),
        submit=_("Admit"),
        back=lead,
    )


@requires(Act.RECORD)
def admission_withdraw(request: StaffRequest, ref: str, username: str) -> HttpResponse:
    lead = own_lead(request, ref)
    admission = get_object_or_404(lead.admissions.select_related("user"), user__username=username)
    who = admission.user
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: withdraw_admission(actor=request.user, admission=admission)):
        messages.success(request, _("The admission was withdrawn."))
        seen = Lead.objects.visible_to(request.user).filter(pk=lead.pk).exists()
        return redirect(lead if seen else "investors:lead_list")
    title = _("Withdraw the admission of %(who)s?") % {"who": who}
    return confirm_page(request, form, title=title, submit=_("Withdraw"), back=lead, danger=True)
