"""What came through the public form and could not become a lead."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.home.sections import Button, Line, Moment, Small, Sort, few_of
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.together import Read
from investors.models import Enquiry


def _enquiries(moment: Moment) -> Read:
    """The longest there first."""
    rows = Enquiry.objects.visible_to(moment.user).to_settle()
    return few_of(rows, "received_at", "ref", "company", "person")


def _to_settle(row: Enquiry, moment: Moment) -> Line:
    return Line(
        title=str(row),
        address=reverse("investors:enquiry_list"),
        why=_("They wrote through the public form; the company is in France"),
        when=row.received_at,
        button=Button(
            _("It was dealt with"),
            record_address("investors:enquiry_settle", row.ref),
            "check",
        ),
    )


ENQUIRIES = Sort(
    "enquiries",
    gettext_lazy("Enquiries without a lead"),
    "inbox",
    Small(_enquiries),
    _to_settle,
    gettext_lazy("Nothing waits here"),
)
