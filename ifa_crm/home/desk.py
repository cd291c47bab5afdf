"""What the cluster desk has to see to: introductions to relay, answers, facts, notes."""

from operator import attrgetter
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from clusters.choices import ContactPolicy
from clusters.models import Cluster, ClusterFact, CorrectionNote
from ifa_crm.home.sections import (
    Button,
    Few,
    Line,
    Mark,
    Moment,
    Small,
    Sort,
    among,
    first,
    first_keys,
    lead_marks,
)
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.together import Read
from investors.choices import ShortlistState, Status
from investors.models import Shortlisting
from investors.timeline import person

NOT_RELAYED = tuple(policy for policy in ContactPolicy if policy != ContactPolicy.RELAY)
_LEAD = ("lead__ref", "lead__title", "lead__restricted", "lead__investor__name")
_CLUSTER = (
    "cluster__name", "cluster__desk_officer__username",
    "cluster__desk_officer__first_name", "cluster__desk_officer__last_name",
)  # fmt: skip


def _shortlisted(moment: Moment, state: ShortlistState, *but: ContactPolicy) -> Few:
    """On leads that still move; those of the own clusters first, the longest there on top.

    ``but``: not of clusters that are spoken to in this way. Said so, it leaves SQLite the index
    in the order wanted; asked for the clusters that remain, it would read by these and sort all.
    """
    user = moment.user
    moving = Q(lead__status__in=[Status.ACTIVE, Status.WAITING], lead__archived_at__isnull=True)
    there = Shortlisting.objects.visible_to(user).filter(moving, state=state)
    ours = Cluster.objects.filter(desk_officer=user).order_by()
    if but:
        ours = ours.exclude(contact_policy__in=but)
        others = Cluster.objects.filter(contact_policy__in=but).order_by()
        there = there.exclude(cluster__in=others.values("pk"))
    rows = (
        Shortlisting.objects.select_related("lead__investor", "cluster__desk_officer")
        .only("ref", "state_since", *_LEAD, *_CLUSTER)
        .order_by(first(Q(cluster__desk_officer=user)), "state_since", "pk")
    )
    return among(
        rows, there.filter(cluster__in=ours.values("pk")), there, order=("state_since", "pk")
    )


def _wanted(moment: Moment) -> Few:
    return _shortlisted(moment, ShortlistState.WANTED, *NOT_RELAYED)


def _put(moment: Moment) -> Few:
    return _shortlisted(moment, ShortlistState.PUT)


def _whose(cluster: Cluster, moment: Moment) -> str:
    officer = cluster.desk_officer
    if officer is None:
        return _("nobody looks after this cluster")
    if officer.pk == moment.user.pk:
        return _("your cluster")
    return _("%(name)s looks after it") % {"name": officer}


def _to_relay(row: Shortlisting, moment: Moment) -> Line:
    return Line(
        title=_("%(investor)s wants to meet %(cluster)s")
        % {"investor": row.lead.investor, "cluster": row.cluster},
        address=row.get_absolute_url(),
        why=f"{row.lead.title} · {_whose(row.cluster, moment)}",
        when=row.state_since,
        marks=tuple(lead_marks(row.lead)),
        button=Button(
            _("Put to the cluster"),
            record_address("investors:shortlist_put", row.ref),
            "arrow-right-circle",
            at_once=True,
        ),
    )


def _without_answer(row: Shortlisting, moment: Moment) -> Line:
    return Line(
        title=_("%(cluster)s has not answered on %(investor)s")
        % {"cluster": row.cluster, "investor": row.lead.investor},
        address=row.get_absolute_url(),
        why=f"{_('Put to the cluster')} · {_whose(row.cluster, moment)}",
        when=row.state_since,
        marks=tuple(lead_marks(row.lead)),
        button=Button(_("Record the answer"), row.get_absolute_url(), "pencil-square"),
    )


# --- facts -------------------------------------------------------------------------------------


def _unchecked(moment: Moment) -> "QuerySet[Cluster]":
    """Clusters with facts never checked or not for a year: the own ones first, then by count."""
    stale = (
        ClusterFact.objects.stale_on(moment.today)
        .filter(cluster=OuterRef("pk"))
        .order_by()
        .values("cluster")
    )
    return (
        Cluster.objects.visible_to(moment.user)
        .live()
        .select_related("desk_officer")
        .annotate(
            stale=Subquery(stale.annotate(n=Count("pk")).values("n")),
            never=Subquery(
                stale.filter(checked_on__isnull=True).annotate(n=Count("pk")).values("n")
            ),
            checked=Subquery(stale.annotate(day=Min("checked_on")).values("day")),
        )
        .filter(stale__gt=0)
        .order_by(first(Q(desk_officer=moment.user)), "-stale", "name")
    )


def _to_check(row: Any, moment: Moment) -> Line:
    never, old = row.never or 0, row.stale - (row.never or 0)
    said = []
    if never:
        said.append(
            ngettext("%(n)d fact never checked", "%(n)d facts never checked", never) % {"n": never}
        )
    if old:
        said.append(ngettext("%(n)d not for a year", "%(n)d not for a year", old) % {"n": old})
    return Line(
        title=row.name,
        address=row.get_absolute_url(),
        why=f"{', '.join(said)} · {_whose(row, moment)}",
        when=row.checked,
        button=Button(
            _("Check"), record_address("clusters:cluster_sources", row.slug), "magnifying-glass"
        ),
    )


# --- notes -------------------------------------------------------------------------------------


def _notes(moment: Moment) -> Read:
    """Those on the own clusters first, the longest there on top."""

    rows = CorrectionNote.objects.open_for(moment.user)
    ours = first(Q(cluster__desk_officer=moment.user))
    fields = ("ref", "at", "text", "cluster__name", "cluster__slug", "cluster__desk_officer")
    few = CorrectionNote.objects.filter(pk__in=first_keys(rows, ours, "at", "pk"))
    few = few.annotate(others=ours)
    return Read(few, (*fields, *person("by")), ("others",), attrgetter("others", "at", "pk"))


def _to_correct(row: CorrectionNote, moment: Moment) -> Line:
    marks = () if row.cluster.desk_officer_id else (Mark(_("Nobody's cluster"), "quiet"),)
    return Line(
        title=str(row.cluster),
        address=row.get_absolute_url(),
        why=f"{row.by}: {Truncator(row.text).chars(160)}",
        when=row.at,
        marks=marks,
        button=Button(
            pgettext("button", "Answer"),
            reverse("clusters:note_answer", args=[row.cluster.slug, row.ref]),
            "arrow-uturn-left",
        ),
    )


RELAY = Sort(
    "relay", gettext_lazy("To relay"), "arrow-right-circle", _wanted, _to_relay,
    gettext_lazy("No introduction waits to be relayed."),
)  # fmt: skip
CHASE = Sort(
    "chase", gettext_lazy("Clusters that have not answered"), "clock", _put, _without_answer,
    gettext_lazy("Every cluster that was asked has answered."),
)  # fmt: skip
CHECK = Sort(
    "check", gettext_lazy("Facts to check"), "document-magnifying-glass", _unchecked, _to_check,
    gettext_lazy("Every fact was checked within a year."),
)  # fmt: skip
CORRECT = Sort(
    "correct", gettext_lazy("Notes from colleagues"), "chat-bubble-bottom-center-text",
    Small(_notes), _to_correct, gettext_lazy("No note waits for an answer."),
)  # fmt: skip
