"""Handovers on Today: leads to take over, and leads whose time with somebody else is over."""

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.home.sections import Button, Line, Moment, Small, Sort, few_of, lead_marks
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.together import Read
from investors.models import HandedLead, Handover
from investors.timeline import person

_HANDED = (
    *("lead__ref", "lead__title", "lead__restricted", "lead__investor__name"),
    *("handover__ref", "handover__until", *person("handover__giver")),
)


def _handed(moment: Moment) -> Read:
    """Leads that came to them and that they have not said to have taken over."""
    rows = HandedLead.objects.visible_to(moment.user).to_take_over()
    return few_of(rows.filter(handover__receiver=moment.user), "moved_at", *_HANDED)


def _to_take_over(row: HandedLead, moment: Moment) -> Line:
    handover = row.handover
    why = _("Handed over by %(name)s") % {"name": handover.giver}
    if handover.until:
        why += " · " + _("back on %(day)s") % {"day": date_format(handover.until)}
    names = [handover.ref, row.lead.ref]
    return Line(
        title=str(row.lead),
        address=reverse("investors:handover_lead", args=names),
        why=why,
        when=row.moved_at,
        marks=tuple(lead_marks(row.lead)),
        button=Button(
            _("Taken over"),
            reverse("investors:handover_acknowledge", args=names),
            "check",
            at_once=True,
        ),
        slot=f"handed-{row.lead.ref}",
    )


def _due_back(moment: Moment) -> Read:
    """Handovers by or to them whose time is over: do the leads go back?"""
    theirs = Handover.objects.filter(Q(giver=moment.user) | Q(receiver=moment.user))
    over = theirs.due_back_on(moment.today)
    return few_of(over, "until", "ref", *person("giver"), *person("receiver"))


def _to_bring_back(row: Handover, moment: Moment) -> Line:
    return Line(
        title=str(row),
        address=row.get_absolute_url(),
        why=_("The time is over: bring the leads back?"),
        when=row.until,
        button=Button(
            _("Bring them back"),
            record_address("investors:handover_bring_back", row.ref),
            "arrow-uturn-left",
        ),
    )


HANDED = Sort(
    "handed", gettext_lazy("Handed to you"), "arrows-right-left", Small(_handed), _to_take_over,
    gettext_lazy("You have taken over everything."),
)  # fmt: skip
BACK = Sort(
    "back", gettext_lazy("To bring back"), "arrow-uturn-left", Small(_due_back), _to_bring_back,
    gettext_lazy("No handover has come to its end."),
)  # fmt: skip
