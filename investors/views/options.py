"""What comboboxes offer while somebody types: never more than the person may see."""

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from clusters.models import Organisation
from ifa_crm.shared.editing import options
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.forms.company import NEW, offers
from investors.models import Contact, Investor, Lead


@requires(Act.RECORD)
def company_options(request: StaffRequest) -> HttpResponse:
    """Investors and organisations on record, then the typed name as a new investor."""
    text = request.GET.get("q", "").strip()
    lines, more = offers(request.user, text) if text else ([], False)
    shown = [{"key": line.key, "label": line.label, "note": line.note} for line in lines]
    if text:
        shown.append({"key": NEW, "label": text, "note": str(_("a new investor"))})
    return JsonResponse({"options": shown, "more": more})


@requires(Act.READ)
def investor_options(request: StaffRequest) -> HttpResponse:
    rows = Investor.objects.visible_to(request.user).live()
    return options(request, rows, note=lambda row: row.control_country.name)


@requires(Act.READ)
def lead_options(request: StaffRequest) -> HttpResponse:
    rows = Lead.objects.visible_to(request.user).live().select_related("investor")
    return options(request, rows, note=lambda row: row.get_stage_display())


@requires(Act.READ)
def contact_options(request: StaffRequest) -> HttpResponse:
    rows = Contact.objects.visible_to(request.user).live().select_related("investor")
    return options(request, rows, note=lambda row: row.investor.name)


@requires(Act.READ)
def organisation_options(request: StaffRequest) -> HttpResponse:
    rows = Organisation.objects.visible_to(request.user).live()
    return options(request, rows, note=lambda row: row.get_kind_display())


@requires(Act.READ)
def staff_options(request: StaffRequest) -> HttpResponse:
    rows = User.objects.offered().select_related("office")
    return options(request, rows, note=lambda row: row.office or "", key="username")


@requires(Act.READ)
def handler_options(request: StaffRequest) -> HttpResponse:
    """Those who may own a lead."""
    rows = User.objects.with_act(Act.HANDLE_OWN).select_related("office")
    return options(request, rows, note=lambda row: row.office or "", key="username")
