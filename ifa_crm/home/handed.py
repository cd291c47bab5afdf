"""Handovers on Today: leads to take over, and leads whose time with somebody else is over."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.home.sections import AT_MOST, Button, Line, Moment, Sort, lead_marks
from ifa_crm.shared.together import Read, read_together
from investors.models import HandedLead, Handover
from investors.timeline import person


def _read(moment: Moment) -> dict[str, list[Any]]:
    """Leads that came to them and that they have not said to have taken over; handovers by or to
    them whose time is over: do the leads go back? Read once, for two sections."""
    if moment.handovers is None:
        user = moment.user
        rows = HandedLead.objects.visible_to(user).to_take_over().filter(handover__receiver=user)
        over = Handover.objects.filter(Q(giver=user) | Q(receiver=user))
        over = over.due_back_on(moment.today)
        moment.handovers = read_together(
            {
                "handed": Read(_first(rows, "moved_at"), _HANDED, order=lambda r: r.moved_at),
                "back": Read(_first(over, "until"), _OVER, order=lambda row: row.until),
            }
        )
    return moment.handovers


_HANDED = (
    *("moved_at", "lead__ref", "lead__title", "lead__restricted", "lead__investor__name"),
    *("handover__ref", "handover__until", *person("handover__giver")),
)
_OVER = ("ref", "until", *person("giver"), *person("receiver"))


def _first(rows: "QuerySet[Any]", by: str) -> "QuerySet[Any]":
    keys = rows.order_by(by, "pk").values("pk")[: AT_MOST + 1]
    return rows.model._base_manager.filter(pk__in=keys)


def _handed(moment: Moment) -> list[Any]:
    return _read(moment)["handed"]


def _to_take_over(row: HandedLead, moment: Moment) -> Line:
    handover = row.handover
    why = _("Handed over by %(name)s") % {"name": handover.giver}
    if handover.until:
        why += " · " + _("until %(day)s") % {"day": date_format(handover.until)}
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


def _due_back(moment: Moment) -> list[Any]:
    return _read(moment)["back"]


def _to_bring_back(row: Handover, moment: Moment) -> Line:
    return Line(
        title=str(row),
        address=row.get_absolute_url(),
        why=_("The time is over: bring the leads back?"),
        when=row.until,
        button=Button(
            _("Bring them back"),
            reverse("investors:handover_bring_back", args=[row.ref]),
            "arrow-uturn-left",
        ),
    )


HANDED = Sort(
    "handed", gettext_lazy("Handed to you"), "arrows-right-left", _handed, _to_take_over,
    gettext_lazy("You have taken over everything."),
)  # fmt: skip
BACK = Sort(
    "back", gettext_lazy("To bring back"), "arrow-uturn-left", _due_back, _to_bring_back,
    gettext_lazy("No handover has come to its end."),
)  # fmt: skip
