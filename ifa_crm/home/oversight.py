"""What a manager, a viewer and an administrator look at first."""

import datetime as dt
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from clusters.models import Cluster
from ifa_crm.home.sections import (
    GONE,
    WEEK,
    Button,
    Few,
    Line,
    Mark,
    Moment,
    Small,
    Sort,
    among,
    few_of,
    lead_marks,
)
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.together import Read
from ifa_crm.staff.models import User
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Job, Mail
from investors.choices import Priority, Status
from investors.models import Engagement, Lead
from investors.timeline import person

LATELY = dt.timedelta(days=30)


# --- manager: to confirm -----------------------------------------------------------------------


_NAMES = ("ref", "kind", "lead__restricted", "lead__investor__name", "project__name")


def _agreed(moment: Moment) -> Read:
    """Agreements that they may confirm: recorded, owned and deputised by others."""
    rows = Engagement.objects.visible_to(moment.user).to_verify(moment.user)
    return few_of(rows, "agreed_on", *_NAMES, *person("recorded_by"))


def _to_confirm(row: Engagement, moment: Moment) -> Line:
    return Line(
        title=_named(row),
        address=row.get_absolute_url(),
        why=_("Signed, recorded by %(name)s; a second person confirms it")
        % {"name": row.recorded_by},
        when=row.agreed_on,
        marks=tuple(lead_marks(row.lead)),
        button=Button(
            _("Confirm"), record_address("investors:engagement_verify", row.ref), "check-badge"
        ),
    )


def _named(row: Engagement) -> str:
    """Who joins or starts what, in words."""
    names = {"investor": row.lead.investor, "project": row.project}
    if row.kind == "join":
        return _("%(investor)s joins %(project)s") % names
    return _("%(investor)s starts %(project)s") % names


# --- manager: without owner or plan ------------------------------------------------------------


_OWNER = person("owner")


def _adrift(moment: Moment) -> Few:
    """Active ones without an owner, whose owner has left, or on which nothing is planned."""
    seen = Lead.objects.visible_to(moment.user).live()
    active = seen.active_on(moment.today)
    unplanned = seen.filter(next_due__isnull=True)
    rows = (
        Lead.objects.select_related("investor", "owner")
        .only("ref", "title", "restricted", "priority", "received_at", "investor__name", *_OWNER)
        .order_by("priority", "received_at", "pk")
    )
    return among(
        rows,
        active.filter(owner__isnull=True),
        unplanned.filter(status=Status.ACTIVE),
        unplanned.filter(status=Status.WAITING, waiting_until__lte=moment.today),
        active.filter(owner__in=moment.gone),
    )


def _to_assign(row: Lead, moment: Moment) -> Line:
    marks = [*lead_marks(row)]
    if row.priority == Priority.HIGH:
        marks.insert(0, Mark(_("High priority"), "warn"))
    owner = row.owner
    if owner is not None and not owner.is_active:
        why = _("%(name)s has left") % {"name": owner}
        address = f"{reverse('investors:handover_start')}?from={quote(owner.username)}"
        button = Button(_("Hand over"), address, "arrows-right-left")
    elif owner is None:
        why = _("Nobody owns it")
        address = record_address("investors:lead_assign", row.ref)
        button = Button(_("Assign"), address, "user-plus")
    else:
        why = _("Nothing is planned; %(name)s owns it") % {"name": owner}
        address = record_address("investors:action_create", row.ref)
        button = Button(_("Plan"), address, "plus")
    return Line(
        title=str(row),
        address=row.get_absolute_url(),
        why=why,
        when=row.received_at,
        marks=tuple(marks),
        button=button,
    )


# --- viewer ------------------------------------------------------------------------------------


def _received(moment: Moment) -> "QuerySet[Lead]":
    rows = Lead.objects.visible_to(moment.user).live().filter(received_at__gt=moment.now - WEEK)
    return rows.select_related("investor", "owner").order_by("-received_at", "-pk")


def _new(row: Lead, moment: Moment) -> Line:
    return Line(
        title=str(row),
        address=row.get_absolute_url(),
        why=_("%(name)s looks after it") % {"name": row.owner}
        if row.owner
        else _("Nobody owns it"),
        when=row.received_at,
        button=_open(row),
    )


def _confirmed(moment: Moment) -> "QuerySet[Engagement]":
    rows = Engagement.objects.visible_to(moment.user).counted()
    lately = rows.filter(verified_at__gt=moment.now - LATELY)
    return lately.select_related("lead__investor", "project").order_by("-verified_at", "-pk")


def _just_confirmed(row: Engagement, moment: Moment) -> Line:
    return Line(
        title=_named(row),
        address=row.get_absolute_url(),
        why=_("Confirmed by a second person"),
        when=row.verified_at,
        button=_open(row),
    )


def _open(row: Any) -> Button:
    return Button(pgettext("button", "Open"), row.get_absolute_url(), "arrow-right")


# --- administrator -----------------------------------------------------------------------------


def _leavers(moment: Moment) -> Read:
    """People who have left and still own leads that move."""
    moving = Lead.objects.live().filter(status__in=[Status.ACTIVE, Status.WAITING])
    owned = moving.filter(owner=OuterRef("pk")).order_by().values("owner")
    left = Subquery(owned.annotate(n=Count("*")).values("n"))  # of no column: by index alone
    rows = User.objects.filter(is_active=False).annotate(left=left).filter(left__gt=0)
    fields = ("username", "first_name", "last_name")
    return Read(rows, fields, ("left",), order=lambda user: (-user.left, user.pk))


def _to_hand_over(row: Any, moment: Moment) -> Line:
    leads = f"{reverse('investors:handover_start')}?from={quote(row.username)}"
    said = ngettext(
        "Has left and still owns %(n)d lead", "Has left and still owns %(n)d leads", row.left
    )
    return Line(
        title=str(row),
        address=f"{reverse('investors:lead_list')}?owner={quote(row.username)}",
        why=said % {"n": row.left},
        button=Button(_("Hand over"), leads, "arrows-right-left"),
    )


def _without_role(moment: Moment) -> Read:
    """Accounts that can sign in and do nothing, or whose office is not known."""
    rows = User.objects.offered().filter(is_superuser=False)
    lacking = rows.filter(Q(groups__isnull=True) | Q(office__isnull=True))
    return few_of(lacking, "date_joined", "username", "first_name", "last_name", "office")


def _to_complete(row: User, moment: Moment) -> Line:
    address = reverse("admin:staff_user_change", args=[row.pk])
    return Line(
        title=str(row),
        address=address,
        why=_("No office is recorded") if row.office_id is None else _("Has no role"),
        when=row.date_joined,
        button=Button(_("Edit"), address, "pencil-square"),
    )


def _untended(moment: Moment) -> Read:
    nobody = Q(desk_officer__isnull=True) | Q(desk_officer__is_active=False)
    rows = Cluster.objects.live().filter(nobody)
    return few_of(rows, "tier", "name", "slug", key=attrgetter("tier", "name"))


def _to_entrust(row: Cluster, moment: Moment) -> Line:
    return Line(
        title=row.name,
        address=row.get_absolute_url(),
        why=_("No desk officer looks after it"),
        button=Button(
            _("Choose one"), record_address("clusters:cluster_edit", row.slug), "user-plus"
        ),
    )


def _latest_first(row: Any) -> Any:
    return (-row.ended_at.timestamp(), row.pk)


def _failed(moment: Moment) -> Read:
    rows = Job.objects.filter(state=JobState.FAILED)
    return few_of(rows, "-ended_at", "ref", "kind", "error", key=_latest_first)


def _to_retry(row: Job, moment: Moment) -> Line:
    return Line(
        title=str(row),
        address=row.get_absolute_url(),
        why=Truncator(row.error).chars(160),
        when=row.ended_at,
        button=Button(_("Try again"), record_address("work:job_retry", row.ref), "arrow-path"),
    )


def _in_doubt(moment: Moment) -> Read:
    names = ("ref", "subject", "message_id", "state", "error")
    return few_of(Mail.objects.in_doubt(), "-ended_at", *names, key=_latest_first)


def _to_decide(row: Mail, moment: Moment) -> Line:
    return Line(
        title=str(row),
        address=row.get_absolute_url(),
        why=f"{row.get_state_display()} · {Truncator(row.error).chars(160)}",
        when=row.ended_at,
        button=Button(_("Decide"), row.get_absolute_url(), "envelope"),
    )


CONFIRM = Sort(
    "confirm", gettext_lazy("Agreements to confirm"), "check-badge", Small(_agreed), _to_confirm,
    gettext_lazy("No agreement waits for you."),
)  # fmt: skip
ADRIFT = Sort(
    "adrift", gettext_lazy("Leads without an owner or a next action"), "exclamation-triangle",
    _adrift, _to_assign, gettext_lazy("Every active lead has an owner and a next action."), (GONE,),
)  # fmt: skip
NEW = Sort(
    "new", gettext_lazy("New leads of the last seven days"), "inbox-arrow-down", _received, _new,
    gettext_lazy("No lead came in within seven days."),
)  # fmt: skip
CONFIRMED = Sort(
    "confirmed", gettext_lazy("Confirmed in the last thirty days"), "check-badge", _confirmed,
    _just_confirmed, gettext_lazy("Nothing was confirmed in the last thirty days."),
)  # fmt: skip
FAILED = Sort(
    "failed", gettext_lazy("Background jobs that failed"), "clock", Small(_failed), _to_retry,
    gettext_lazy("Every job has done its work."),
)  # fmt: skip
MAIL = Sort(
    "mail", gettext_lazy("Mail that did not arrive, or may not have"), "envelope", Small(_in_doubt),
    _to_decide, gettext_lazy("Every mail has left."),
)  # fmt: skip
LEAVERS = Sort(
    "leavers", gettext_lazy("Open work of people who left"), "arrows-right-left", Small(_leavers),
    _to_hand_over, gettext_lazy("Nobody who left still owns a lead."),
)  # fmt: skip
ACCOUNTS = Sort(
    "accounts", gettext_lazy("Accounts to complete"), "identification", Small(_without_role),
    _to_complete, gettext_lazy("Every account has a role and an office."),
)  # fmt: skip
UNTENDED = Sort(
    "untended", gettext_lazy("Clusters without a desk officer"), "share",
    Small(_untended), _to_entrust, gettext_lazy("Every cluster has a desk officer."),
)  # fmt: skip
