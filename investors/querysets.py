"""Reads of the investors app, as sentences. Time and user are arguments.

``visible_to(user)`` stands on every noun: a confidential lead, everything under it, and its
investor if all its leads are confidential, do not exist for those who may not see them.
"""

import datetime as dt
from typing import TYPE_CHECKING, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from clusters.querysets import matching, open_to
from ifa_crm.shared.fold import search_words
from ifa_crm.shared.models import ArchivableQuerySet
from ifa_crm.staff.roles import Act
from investors.choices import (
    ENGAGEMENT_COUNTED,
    ENGAGEMENT_LIVE,
    ENGAGEMENT_MOVING,
    HEADLINE,
    NOT_HEARD_DAYS,
    SHORTLIST_ENDED,
    Direction,
    EngagementState,
    HandedState,
    InteractionKind,
    PriorTie,
    Result,
    Stage,
    Status,
)

if TYPE_CHECKING:
    from ifa_crm.staff.models import User
    from investors.models import (
        Action,  # noqa: F401
        Admission,  # noqa: F401
        Attachment,
        Contact,
        ContactPair,
        Engagement,
        Enquiry,
        Evaluation,  # noqa: F401
        FitColumn,
        FitRun,
        HandedLead,  # noqa: F401
        Handover,
        Interaction,  # noqa: F401
        Investor,
        InvestorPair,
        Lead,
        Outcome,  # noqa: F401
        Shortlisting,  # noqa: F401
    )


def _model(name: str) -> type[models.Model]:
    return apps.get_model("investors", name)


def lead_is_visible(user: "User", path: str = "") -> Q:
    """The condition on a lead, reached over ``path`` (such as ``"lead__"``), to be seen.

    Public because every child of a lead, here and in higher apps, is seen exactly as its lead.
    """
    if user.may(Act.SEE_CONFIDENTIAL):
        return Q()
    return Q(**{f"{path}restricted": False}) | _lead_is_theirs(user, path)


def lead_is_hidden(user: "User", path: str = "") -> Q:
    """The opposite of :func:`lead_is_visible`, to count the few that are hidden by their mark.

    The mark is asked for once: PostgreSQL takes them for fewer each time that it is.
    """
    if user.may(Act.SEE_CONFIDENTIAL):
        return Q(pk__in=[])
    return Q(**{f"{path}restricted": True}) & ~_lead_is_theirs(user, path)


def _lead_is_theirs(user: "User", path: str) -> Q:
    """Its owner, its deputy, or somebody who was admitted to it."""
    admitted = _model("Admission")._default_manager.filter(
        user_id=user.pk, lead_id=OuterRef(f"{path}pk" if path else "pk")
    )
    theirs = Q(**{f"{path}owner": user.pk}) | Q(**{f"{path}deputy": user.pk})
    return theirs | Q(Exists(admitted))


TABBED = ("shortlist", "meetings", "engagements")


def _count_under_lead(
    lead: type[models.Model], name: str, user: "User"
) -> models.expressions.Combinable:
    under = lead._meta.get_field(name).related_model
    rows = under._default_manager.all().visible_to(user)  # type: ignore[union-attr]
    rows = rows.filter(lead=OuterRef("pk")).order_by().values("lead")
    counted = rows.annotate(n=models.Count("pk")).values("n")
    return models.functions.Coalesce(models.Subquery(counted), 0)


def _planned_milestones() -> "QuerySet[models.Model]":
    """Milestones with a day, neither reached nor failed, of engagements that go on."""
    return _model("Milestone")._default_manager.filter(
        planned_on__isnull=False,
        reached_on__isnull=True,
        failed_on__isnull=True,
        engagement__state__in=ENGAGEMENT_MOVING,
    )


class LeadQuerySet(ArchivableQuerySet["Lead"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(lead_is_visible(user))

    def search(self, query: str) -> Self:
        return self.filter(matching(query))

    def of(self, user: "User") -> Self:
        """Those that ``user`` handles, as owner or deputy."""
        return self.filter(Q(owner=user) | Q(deputy=user))

    def with_status_on(self, day: dt.date) -> Self:
        """Annotate ``status_now``: the SQL twin of :meth:`Lead.status_on`."""
        over = When(status=Status.WAITING, waiting_until__lte=day, then=Value(Status.ACTIVE.value))
        return self.annotate(status_now=Case(over, default=F("status"), output_field=CharField()))

    def active_on(self, day: dt.date) -> Self:
        """Active, or waiting no longer.

        Only a waiting lead has a day until which it waits (a constraint says so). Said as one
        status *or* the other, PostgreSQL reads the rows of both instead of an index alone.
        """
        return self.filter(
            Q(waiting_until__isnull=True) | Q(waiting_until__lte=day),
            status__in=[Status.ACTIVE, Status.WAITING],
        )

    def in_status_on(self, status: Status, day: dt.date) -> Self:
        if status == Status.ACTIVE:
            return self.active_on(day)
        if status == Status.WAITING:
            return self.filter(status=status, waiting_until__gt=day)
        return self.filter(status=status)

    def with_milestone(self) -> Self:
        """Annotate ``milestone_until``: the last day for which a milestone is planned."""
        planned = _planned_milestones().filter(engagement__lead=OuterRef("pk"))
        last = planned.order_by("-planned_on").values("planned_on")[:1]
        return self.annotate(milestone_until=models.Subquery(last))

    def not_heard_from(self, day: dt.date) -> Self:
        """Active leads that said nothing for too long by ``day``; the day on which a milestone
        is planned explains it. Twin: :meth:`Lead.is_not_heard_from_on`.
        """
        since = timezone.make_aware(
            dt.datetime.combine(day - dt.timedelta(days=NOT_HEARD_DAYS - 1), dt.time.min)
        )
        ahead = _planned_milestones().filter(planned_on__gte=day).values("engagement__lead")
        quiet = self.alias(quiet_since=Coalesce("heard_at", "received_at"))
        return quiet.active_on(day).filter(quiet_since__lt=since).exclude(pk__in=ahead)

    def waiting_for_answer(self) -> Self:
        """Those with an open inbound message, whatever their status."""
        return self.filter(reply_due_at__isnull=False)

    def without_future_action(self, day: dt.date) -> Self:
        """Active leads that nobody has anything to do on: there should be none."""
        return self.active_on(day).filter(next_due__isnull=True)

    def with_counts(self, user: "User") -> Self:
        """Annotate how many rows of each kind ``user`` sees under the lead: ``n_shortlist`` …

        Reached by the names of reverse accessors, those of higher apps among them.
        """
        return self.annotate(
            **{f"n_{name}": _count_under_lead(self.model, name, user) for name in TABBED}
        )

    def with_last_contact(self) -> Self:
        """Annotate ``last_contact``: when something was last said, in either direction."""
        said = _model("Interaction")._default_manager.filter(lead=OuterRef("pk"))
        said = said.exclude(kind=InteractionKind.NOTE).order_by("-happened_at")
        return self.annotate(last_contact=models.Subquery(said.values("happened_at")[:1]))

    def with_next_action(self) -> Self:
        """Annotate ``next_what``: what the next action is. Its day is ``next_due``."""
        actions = _model("Action")._default_manager.filter(lead=OuterRef("pk"))
        first = actions.filter(done_at__isnull=True).order_by("due", "pk")
        return self.annotate(next_what=models.Subquery(first.values("what")[:1]))

    def with_logged_stage(self) -> Self:
        """Annotate ``logged_stage``: what the log says the stage is (twin of ``stage``)."""
        last = (
            _model("LeadLog")
            ._default_manager.filter(lead=OuterRef("pk"), kind="stage")
            .order_by("-at", "-pk")
        )
        return self.annotate(
            logged_stage=models.functions.Coalesce(
                models.Subquery(last.values("to_state")[:1]), Value(Stage.RECEIVED.value)
            )
        )


def investor_is_visible(user: "User", path: str) -> Q:
    """The condition on an investor, reached over ``path``: it is open, or has a lead that
    ``user`` may see."""
    if user.may(Act.SEE_CONFIDENTIAL):
        return Q()
    seen = _model("Lead")._default_manager.filter(lead_is_visible(user))
    theirs = Exists(seen.filter(investor=OuterRef(f"{path}pk")))
    return Q(**{f"{path}restricted": False}) | Q(theirs)


class InvestorQuerySet(ArchivableQuerySet["Investor"]):
    def visible_to(self, user: "User") -> Self:
        """Open ones, and those with a lead that ``user`` may see."""
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        seen = _model("Lead")._default_manager.filter(investor=OuterRef("pk"))
        return self.filter(Q(restricted=False) | Exists(seen.filter(lead_is_visible(user))))

    def search(self, query: str) -> Self:
        return self.filter(matching(query))


class ContactQuerySet(ArchivableQuerySet["Contact"]):
    def visible_to(self, user: "User") -> Self:
        """Contacts of visible investors, less those known only through a hidden lead."""
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        seen = _model("Lead")._default_manager.filter(lead_is_visible(user))
        known = Exists(seen.filter(pk=OuterRef("known_through")))
        open_ones = Q(investor__restricted=False) | Exists(
            seen.filter(investor=OuterRef("investor"))
        )
        return self.filter(Q(restricted=False) | known, open_ones)

    def usable_on(self, lead: "Lead") -> Self:
        """Contacts that may be named on ``lead``: a restricted one only on its own lead, or
        those who read the other leads of the investor would learn of it."""
        open_ones = Q(restricted=False) | Q(known_through=lead)
        return self.filter(open_ones, investor=lead.investor_id)

    def search(self, query: str) -> Self:
        return self.filter(matching(query))


class InvestorPairQuerySet(QuerySet["InvestorPair"]):
    def visible_to(self, user: "User") -> Self:
        """Those of which ``user`` may see both."""
        return self.filter(
            investor_is_visible(user, "first__"), investor_is_visible(user, "second__")
        )

    def to_decide(self) -> Self:
        return self.filter(state="open", same_group=False)

    def search(self, query: str) -> Self:
        """By the words of either record."""
        condition = Q()
        for word in search_words(query):
            condition &= Q(first__search_text__holds=word) | Q(second__search_text__holds=word)
        return self.filter(condition)


class ContactPairQuerySet(QuerySet["ContactPair"]):
    def visible_to(self, user: "User") -> Self:
        """Those of which ``user`` may see both."""
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        return self.filter(*(_contact_is_visible(user, path) for path in ("first__", "second__")))

    def to_decide(self) -> Self:
        return self.filter(state="open")

    def search(self, query: str) -> Self:
        """By the words of either record."""
        condition = Q()
        for word in search_words(query):
            condition &= Q(first__search_text__holds=word) | Q(second__search_text__holds=word)
        return self.filter(condition)


def _contact_is_visible(user: "User", path: str) -> Q:
    seen = _model("Lead")._default_manager.filter(lead_is_visible(user))
    known = Exists(seen.filter(pk=OuterRef(f"{path}known_through")))
    return (Q(**{f"{path}restricted": False}) | Q(known)) & investor_is_visible(
        user, f"{path}investor__"
    )


def project_is_visible(user: "User", path: str) -> Q:
    """The condition on the project of an engagement: it may rest on another, hidden lead."""
    if user.may(Act.SEE_CONFIDENTIAL):
        return Q()
    return open_to(user, apps.get_model("clusters", "Project"), path)


M = TypeVar("M", bound=models.Model)


class UnderLead(QuerySet[M]):
    """Rows that are seen exactly by those who see their lead."""

    def visible_to(self, user: "User") -> Self:
        return self.filter(lead_is_visible(user, "lead__"))


class AdmissionQuerySet(UnderLead["Admission"]):
    pass


class InteractionQuerySet(UnderLead["Interaction"]):
    def answers(self) -> Self:
        """Those with which a person answered. Twin: :attr:`Interaction.is_answer`."""
        spoken = Q(kind__in=[InteractionKind.CALL, InteractionKind.VISIT], result=Result.SPOKE)
        written = Q(kind=InteractionKind.EMAIL, direction=Direction.OUT, text__regex=r"\S")
        return self.filter(spoken | written)

    def heard(self) -> Self:
        """Those in which the investor said something. Twin: :attr:`Interaction.is_heard`."""
        return self.filter(Q(direction=Direction.IN) | Q(result=Result.SPOKE))

    def unanswered(self) -> Self:
        """Inbound and open. Twin: :attr:`Interaction.is_open`."""
        return self.filter(direction=Direction.IN, answered_at__isnull=True)


class ActionQuerySet(UnderLead["Action"]):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)

    def for_user(self, user: "User") -> Self:
        """Theirs, or on a lead they own without anybody named."""
        return self.filter(Q(assignee=user) | Q(assignee__isnull=True, lead__owner=user))

    def due_by(self, day: dt.date) -> Self:
        return self.filter(due__lte=day)


def held_by(person: F, lead: str = "lead__") -> Q:
    """Whether they look after the lead, as its owner or deputy."""
    return Q(**{f"{lead}owner": person}) | Q(**{f"{lead}deputy": person})


class HandoverQuerySet(QuerySet["Handover"]):
    def visible_to(self, user: "User") -> Self:
        """Those between whom it goes, who prepared it, and whoever may reassign leads."""
        if user.may(Act.REASSIGN):
            return self
        return self.filter(Q(giver=user) | Q(receiver=user) | Q(made_by=user))

    def due_back_on(self, day: dt.date) -> Self:
        """Handed over for a time that is over by ``day``. Twin: :meth:`Handover.is_due_back_on`."""
        lasts = Q(confirmed_at__isnull=False, returned_at__isnull=True, giver__is_active=True)
        return self.filter(lasts, until__lte=day)

    def with_counts(self) -> Self:
        """Annotate ``n_leads``, and ``n_waiting``: those that nobody has taken over yet."""
        waiting = Q(leads__state=HandedState.MOVED, leads__acknowledged_at__isnull=True)
        waiting &= held_by(F("receiver"), "leads__lead__")
        return self.annotate(
            n_leads=models.Count("leads"), n_waiting=models.Count("leads", filter=waiting)
        )


class HandedLeadQuerySet(UnderLead["HandedLead"]):
    def to_take_over(self) -> Self:
        """Handed over, not yet acknowledged by the receiver, and still with them. Twin:
        :attr:`HandedLead.is_to_take_over`."""
        waits = Q(state=HandedState.MOVED, acknowledged_at__isnull=True)
        return self.filter(waits, held_by(F("handover__receiver")))


class EnquiryQuerySet(QuerySet["Enquiry"]):
    def visible_to(self, user: "User") -> Self:
        """As their lead; one without a lead to everybody who records."""
        nobodys = Q(lead__isnull=True) if user.may(Act.RECORD) else Q(pk__in=[])
        return self.filter(nobodys | Q(lead__isnull=False) & lead_is_visible(user, "lead__"))

    def to_settle(self) -> Self:
        """Those that could not become a lead and that nobody has dealt with."""
        return self.filter(lead__isnull=True, settled_at__isnull=True)


class AttachmentQuerySet(QuerySet["Attachment"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(
            Q(lead__isnull=False) & lead_is_visible(user, "lead__")
            | Q(interaction__isnull=False) & lead_is_visible(user, "interaction__lead__")
            | Q(engagement__isnull=False)
            & lead_is_visible(user, "engagement__lead__")
            & project_is_visible(user, "engagement__project__")
        )


class ShortlistingQuerySet(UnderLead["Shortlisting"]):
    def moving(self) -> Self:
        return self.exclude(state__in=SHORTLIST_ENDED)


class EvaluationQuerySet(UnderLead["Evaluation"]):
    pass


def engagement_is_visible(user: "User") -> Q:
    """As their lead, less those in a project that rests on a lead hidden from ``user``."""
    return lead_is_visible(user, "lead__") & project_is_visible(user, "project__")


class EngagementQuerySet(UnderLead["Engagement"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(engagement_is_visible(user))

    def live(self) -> Self:
        """Open or agreed: not yet decided."""
        return self.filter(state__in=ENGAGEMENT_LIVE)

    def counted(self) -> Self:
        """Those that figures count: verified, whatever came later; *left* rewrites nothing."""
        return self.filter(state__in=ENGAGEMENT_COUNTED)

    def headline(self) -> Self:
        """Counted, brought about by the agency, and not with the cluster before."""
        return self.counted().filter(contribution__in=HEADLINE, prior_tie=PriorTie.NONE)

    def hardly_ours(self) -> Self:
        """Counted, new to the cluster, but we informed at most."""
        return self.counted().filter(prior_tie=PriorTie.NONE).exclude(contribution__in=HEADLINE)

    def with_prior_tie(self) -> Self:
        """Counted, by a member or partner of the cluster from before."""
        return self.counted().exclude(prior_tie=PriorTie.NONE)

    def search(self, query: str) -> Self:
        """By the words of the investor, the need and the people (as leads), or the project."""
        condition = Q()
        for word in search_words(query):
            condition &= Q(lead__search_text__holds=word) | Q(project__search_text__holds=word)
        return self.filter(condition)

    def pairs(self) -> "models.QuerySet[Engagement, tuple[int, int]]":
        """The distinct (investor, project) pairs: what figures count."""
        return self.order_by().values_list("lead__investor_id", "project_id").distinct()

    def to_verify(self, user: "User") -> Self:
        """Agreements that ``user`` may confirm: recorded, owned and deputised by others.

        Twin: :func:`investors.permissions.awaits_verifier`.
        """
        if not user.may(Act.VERIFY):
            return self.none()
        return (
            self.filter(state=EngagementState.AGREED)
            .exclude(recorded_by=user)
            .exclude(lead__owner=user)
            .exclude(lead__deputy=user)
        )


class OutcomeQuerySet(UnderLead["Outcome"]):
    pass


class FitRunQuerySet(QuerySet["FitRun"]):
    def finished(self) -> Self:
        """Those that pages may read, the last one first."""
        return self.filter(finished_at__isnull=False).order_by("-as_of", "-pk")


class FitColumnQuerySet(QuerySet["FitColumn"]):
    def of_last_run(self) -> Self:
        """Those of the last finished run, with what a page needs of the run."""
        runs = _model("FitRun")._default_manager.filter(finished_at__isnull=False)
        newest = runs.order_by("-as_of", "-pk").values("pk")[:1]
        of_it = self.filter(run=models.Subquery(newest)).select_related("run")
        return of_it.defer("run__keys", "run__needs")
