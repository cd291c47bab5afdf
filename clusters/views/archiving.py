"""The two questions asked of every noun of this app: archive it? bring it back?"""

from typing import TypeVar

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clusters.models import Call, Cluster, Organisation, Project, Topic
from clusters.services.archiving import archive, restore
from ifa_crm.shared.editing import confirm_page
from ifa_crm.shared.forms import ConfirmForm, ReasonForm
from ifa_crm.staff.decorators import StaffRequest

R = TypeVar("R", Cluster, Organisation, Project, Call, Topic)


def archive_page(request: StaffRequest, record: R, consequence: str) -> HttpResponseBase:
    """Ask for the reason and archive ``record``; ``consequence`` says what that means for it."""
    form = ReasonForm(request.POST or None)
    if form.carry_out(lambda: archive(actor=request.user, record=record, **form.cleaned_data)):
        messages.success(request, _("%s is archived.") % record)
        return redirect(record)
    return confirm_page(
        request,
        form,
        title=_("Archive %s?") % record,
        intro=consequence,
        submit=_("Archive"),
        back=record,
        danger=True,
    )


def restore_page(request: StaffRequest, record: R) -> HttpResponseBase:
    """Ask, and bring an archived record back onto the lists."""
    form = ConfirmForm(request.POST or None)
    if form.carry_out(lambda: restore(actor=request.user, record=record)):
        messages.success(request, _("%s is back on the lists.") % record)
        return redirect(record)
    title = _("Restore %s?") % record
    return confirm_page(request, form, title=title, submit=_("Restore"), back=record)
