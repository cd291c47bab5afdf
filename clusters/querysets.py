"""Reads of the clusters app, as sentences. Time and user are arguments."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from clusters.choices import (
    CallState,
    Confidence,
    ProjectKind,
    ProjectStatus,
    SeatState,
    Standing,
    TermKind,
    TopicSource,
)
from ifa_crm.shared.fold import fold, search_words
from ifa_crm.shared.models import ArchivableQuerySet
from ifa_crm.shared.ranking import best_first
from ifa_crm.shared.search_index import FORMS, is_usual
from ifa_crm.shared.standing_queries import Given, standing
from ifa_crm.staff.roles import Act

if TYPE_CHECKING:
    from clusters.models import (  # noqa: F401  # in the quoted bases below
        Call,
        Cluster,
        ClusterFact,
        ClusterTopic,
        CorrectionNote,
        EvidenceNote,
        Grant,
        Leader,
        Membership,
        OpenSeat,
        Organisation,
        Partnership,
        Project,
        ProjectCluster,
        ProjectPartner,
        Topic,
    )
    from ifa_crm.staff.models import User

M = TypeVar("M", bound=models.Model, covariant=True)
YEAR = dt.timedelta(days=365)


def matching(query: str, field: str = "search_text") -> Q:
    """Rows whose folded text holds every word of ``query``."""
    condition = Q()
    for word in search_words(query):
        condition &= Q(**{f"{field}__holds": word})
    return condition


def ranked(
    find: "Callable[[User], models.QuerySet[Any]]",
    user: "User",
    query: str,
    *fields: str,
    limit: int,
    latest_first: bool = False,
) -> "models.QuerySet[Any]":
    """The ``limit`` best rows of ``find(user)`` that match, as :func:`best_first` ranks them.

    ``find``: a function that stays, for what it finds is worded once for everybody.
    """
    words, fields = search_words(query), fields or ("search_text",)
    if not words:
        return find(user).none()
    if not all(map(is_usual, words)):
        return best_first(find(user), words, *fields, limit=limit, latest_first=latest_first)

    def build(given: Given) -> "models.QuerySet[Any]":
        rows, words = find(given.reader), list(given.keys)
        return best_first(rows, words, *fields, limit=limit, latest_first=latest_first)

    key = ("ranked", find, fields, limit, latest_first, len(words))
    return standing(key, build, Given.by(user, *words), forms=FORMS)


def open_to(user: "User", model: type[models.Model], path: str = "") -> Q:
    """The condition under which ``user`` may see the row of ``model`` that ``path`` leads to.

    ``path`` is empty for the row itself, else it ends in ``__``: ``"organisation__"``. A row
    that rests on a confidential lead carries its own mark and the people who were admitted.
    """
    admitted = model._meta.get_field("admitted").remote_field.through  # type: ignore[union-attr]
    column = f"{model._meta.model_name}_id"
    among = admitted._default_manager.filter(**{column: OuterRef(f"{path}pk"), "user_id": user.pk})
    return Q(**{f"{path}restricted": False}) | Q(Exists(among))


def _related(model: type[models.Model], name: str) -> type[models.Model]:
    return cast("type[models.Model]", model._meta.get_field(name).related_model)


def _under(model: type[models.Model], name: str) -> Any:
    """The rows of the reverse relation ``name``, with their own queryset's methods."""
    return _related(model, name)._default_manager.all()


def counted(rows: "models.QuerySet[Any]", column: str) -> Coalesce:
    """How many of ``rows`` point with ``column`` to the row outside."""
    under = rows.filter(**{column: OuterRef("pk")}).order_by().values(column)
    return Coalesce(
        Subquery(under.annotate(n=Count("pk")).values("n"), output_field=models.IntegerField()), 0
    )


class RestrictedQuerySet(ArchivableQuerySet[M]):
    """Rows that may rest on a confidential lead."""

    def visible_to(self, user: "User") -> Self:
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        return self.filter(open_to(user, self.model))


class BesideOrganisationQuerySet(models.QuerySet[M]):
    """Rows that name organisations: seen only by those who may see every one of them."""

    names: tuple[str, ...] = ("organisation",)

    def visible_to(self, user: "User") -> Self:
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        rows = self
        for name in self.names:
            named = open_to(user, _related(self.model, name), f"{name}__")
            rows = rows.filter(Q(**{f"{name}__isnull": True}) | named)
        return rows


class ClusterQuerySet(ArchivableQuerySet["Cluster"]):
    def visible_to(self, user: "User") -> Self:
        """Clusters are open to all staff; the method is there so that views read alike."""
        return self

    def search(self, query: str) -> Self:
        return self.filter(matching(query))

    def with_standing(self, year: int) -> Self:
        """Annotate ``standing``: the SQL twin of :meth:`Cluster.standing_in`."""
        return self.annotate(
            standing=Case(
                When(_labelled_in(year), then=Value(Standing.LABELLED.value)),
                default=F("status_today"),
                output_field=models.CharField(),
            )
        )

    def with_counts(self, user: "User", day: dt.date) -> Self:
        """What the tabs of a cluster's page say: how many ``user`` sees under each."""
        live = Q(project__archived_at__isnull=True)
        return self.annotate(
            leader_count=counted(_under(self.model, "leaders").active(), "cluster"),
            **self._ties(user),
            project_count=counted(
                _under(self.model, "project_links").visible_to(user).filter(live), "cluster"
            ),
            stale_count=counted(_under(self.model, "facts").stale_on(day), "cluster"),
        )

    def _ties(self, user: "User") -> dict[str, Coalesce]:
        members = _under(self.model, "memberships").visible_to(user).current()
        partnerships = _under(self.model, "partnerships").visible_to(user).current()
        return {
            "member_count": counted(members, "cluster"),
            "partnership_count": counted(partnerships, "cluster"),
        }

    def with_known(self, user: "User") -> Self:
        """What stands beside a cluster in an evaluation: how many members and partners abroad
        ``user`` sees, and whether anybody leads it and any project is known, which is quicker told
        than how many."""
        leaders = _under(self.model, "leaders").active().filter(cluster=OuterRef("pk"))
        links = _under(self.model, "project_links").visible_to(user)
        live = links.filter(project__archived_at__isnull=True, cluster=OuterRef("pk"))
        return self.annotate(
            has_leader=Exists(leaders),
            has_project=Exists(live),
            **self._ties(user),
        )

    def offered_in(self, year: int) -> Self:
        """Those that may be proposed to an investor in ``year``."""
        return self.live().filter(_labelled_in(year))


def _labelled_in(year: int) -> Q:
    return Q(ended_year__isnull=True) | Q(ended_year__gt=year)


class ClusterFactQuerySet(models.QuerySet["ClusterFact"]):
    def stale_on(self, day: dt.date) -> Self:
        """Never checked, or not for a year; twin of :meth:`ClusterFact.is_stale_on`."""
        return self.filter(Q(checked_on__isnull=True) | Q(checked_on__lt=day - YEAR))

    def of_live_clusters(self) -> Self:
        return self.filter(cluster__archived_at__isnull=True)


class EvidenceNoteQuerySet(models.QuerySet["EvidenceNote"]):
    def standing(self) -> Self:
        """Notes that still hold."""
        return self.filter(ended_on__isnull=True)


class CorrectionNoteQuerySet(models.QuerySet["CorrectionNote"]):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)

    def open_for(self, user: "User") -> Self:
        """Open notes that ``user`` is to answer: those on the clusters that they look after,
        and those on clusters that nobody does."""
        if not user.may(Act.EDIT_CLUSTERS):
            return self.none()
        nobody = Q(cluster__desk_officer__isnull=True) | Q(cluster__desk_officer__is_active=False)
        mine = Q(cluster__desk_officer=user)
        return self.open().filter(mine | nobody, cluster__archived_at__isnull=True)


class OrganisationQuerySet(RestrictedQuerySet["Organisation"]):
    def search(self, query: str) -> Self:
        return self.filter(matching(query))

    def with_counts(self, user: "User") -> Self:
        """How many clusters and projects ``user`` sees it in."""
        return self.annotate(
            member_count=counted(
                _under(self.model, "memberships").visible_to(user).current(), "organisation"
            ),
            partnership_count=counted(
                _under(self.model, "partnerships").visible_to(user).current(), "organisation"
            ),
            project_count=counted(
                _under(self.model, "project_partners").visible_to(user).present(), "organisation"
            ),
        )


class MembershipQuerySet(BesideOrganisationQuerySet["Membership"]):
    def current(self) -> Self:
        return self.filter(until_year__isnull=True)


class PartnershipQuerySet(BesideOrganisationQuerySet["Partnership"]):
    names = ("organisation", "through")

    def current(self) -> Self:
        return self.filter(until_year__isnull=True)


class ProjectQuerySet(RestrictedQuerySet["Project"]):
    def search(self, query: str) -> Self:
        return self.filter(matching(query))

    def that_can_be_joined(self) -> Self:
        """R&D projects under way: status decides, not dates."""
        return self.live().filter(kind=ProjectKind.RD, status=ProjectStatus.UNDER_WAY)

    def that_can_be_started(self) -> Self:
        return self.live().filter(kind=ProjectKind.RD, status=ProjectStatus.PROPOSED)

    def with_open_seats(self, day: dt.date) -> Self:
        seats = _under(self.model, "seats").filter(project=OuterRef("pk"))
        return self.filter(Exists(seats.open_on(day)))

    def with_counts(self, user: "User", day: dt.date) -> Self:
        """Open seats, and the listed partners that ``user`` sees."""
        return self.annotate(
            seat_count=counted(_under(self.model, "seats").open_on(day), "project"),
            partner_count=counted(
                _under(self.model, "partners").visible_to(user).present(), "project"
            ),
        )


class ProjectClusterQuerySet(models.QuerySet["ProjectCluster"]):
    def visible_to(self, user: "User") -> Self:
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        return self.filter(open_to(user, _related(self.model, "project"), "project__"))


class ProjectPartnerQuerySet(models.QuerySet["ProjectPartner"]):
    def visible_to(self, user: "User") -> Self:
        """Partners whose own row, organisation and project are all open to ``user``."""
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        project, organisation = (_related(self.model, n) for n in ("project", "organisation"))
        return self.filter(
            open_to(user, self.model),
            open_to(user, project, "project__"),
            open_to(user, organisation, "organisation__"),
        )

    def present(self) -> Self:
        return self.filter(left_on__isnull=True)


def seat_open_on(day: dt.date) -> Q:
    return Q(filled_on__isnull=True, withdrawn_on__isnull=True) & (
        Q(deadline__isnull=True) | Q(deadline__gte=day)
    )


class OpenSeatQuerySet(models.QuerySet["OpenSeat"]):
    def visible_to(self, user: "User") -> Self:
        """Seats of the projects that ``user`` may see."""
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        return self.filter(open_to(user, _related(self.model, "project"), "project__"))

    def without_secret_from(self, user: "User") -> Self:
        """Seats of which ``user`` may know who took them and when; not taken ones among them."""
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        partners: Any = _related(self.model, "filled_by")._default_manager
        return self.filter(
            open_to(user, self.model),
            Q(filled_by__isnull=True) | Q(filled_by__in=partners.visible_to(user)),
        )

    def open_on(self, day: dt.date) -> Self:
        return self.filter(seat_open_on(day))

    def that_can_be_taken(self, day: dt.date) -> Self:
        """Open seats of the projects that can be joined."""
        return self.open_on(day).filter(
            project__kind=ProjectKind.RD,
            project__status=ProjectStatus.UNDER_WAY,
            project__archived_at__isnull=True,
        )

    def with_state(self, day: dt.date) -> Self:
        """Annotate ``state``: the SQL twin of :meth:`OpenSeat.state_on`."""
        return self.annotate(
            state=Case(
                When(filled_on__isnull=False, then=Value(SeatState.FILLED.value)),
                When(withdrawn_on__isnull=False, then=Value(SeatState.WITHDRAWN.value)),
                When(deadline__lt=day, then=Value(SeatState.PAST_DEADLINE.value)),
                default=Value(SeatState.OPEN.value),
                output_field=models.CharField(),
            )
        )

    def search(self, query: str) -> Self:
        """Seats found by their own words or by the words of their project."""
        condition = Q()
        for word in search_words(query):
            condition &= Q(project__search_text__holds=word) | Q(search_text__holds=word)
        return self.filter(condition)


class LeaderQuerySet(models.QuerySet["Leader"]):
    def visible_to(self, user: "User") -> Self:
        return self

    def active(self) -> Self:
        return self.filter(is_active=True)

    def search(self, query: str) -> Self:
        return self.filter(matching(query))


class CallQuerySet(ArchivableQuerySet["Call"]):
    def open_on(self, day: dt.date) -> Self:
        return self.filter(opens_on__lte=day, closes_on__gte=day)

    def with_state(self, day: dt.date) -> Self:
        """Annotate ``state``: the SQL twin of :meth:`Call.state_on`."""
        return self.annotate(
            state=Case(
                When(opens_on__gt=day, then=Value(CallState.COMING.value)),
                When(closes_on__lt=day, then=Value(CallState.CLOSED.value)),
                default=Value(CallState.OPEN.value),
                output_field=models.CharField(),
            )
        )


class GrantQuerySet(models.QuerySet["Grant"]):
    def visible_to(self, user: "User") -> Self:
        if user.may(Act.SEE_CONFIDENTIAL):
            return self
        organisation = open_to(user, _related(self.model, "organisation"), "organisation__")
        return self.filter(
            open_to(user, _related(self.model, "project"), "project__"),
            Q(organisation__isnull=True) | organisation,
        )


def _ranks(field: str, choices: type[models.TextChoices]) -> list[When]:
    return [When(**{field: value}, then=Value(n)) for n, value in enumerate(choices.values)]


class TopicQuerySet(ArchivableQuerySet["Topic"]):
    def visible_to(self, user: "User") -> Self:
        return self

    def search(self, query: str) -> Self:
        """By their names, or by a word that speaks of them."""
        asked = search_words(query)
        spoken = _under(self.model, "words").exclude(kind=TermKind.OTHER_SENSE)
        rows = spoken.values_list("topic", "texts") if asked else []
        keys = {
            topic
            for topic, texts in rows
            if any(all(word in fold(text) for word in asked) for text in texts)
        }
        return self.filter(matching(query) | Q(pk__in=keys))

    def with_counts(self) -> Self:
        """On how many live clusters they stand, and how many are narrower."""
        links = _under(self.model, "cluster_links").filter(cluster__archived_at__isnull=True)
        return self.annotate(
            cluster_count=counted(links, "topic"),
            narrower_count=counted(_under(self.model, "narrower").live(), "broader"),
        )

    def of_no_cluster(self) -> Self:
        """Those that no live cluster works on, nor on anything narrower, on two levels."""
        used = _related(self.model, "cluster_links")._default_manager.filter(
            cluster__archived_at__isnull=True
        )
        keys = used.values("topic")
        below = Q(narrower__in=keys) | Q(narrower__narrower__in=keys)
        served = self.model._default_manager.filter(Q(pk__in=keys) | below)
        return self.exclude(pk__in=served.values("pk"))

    def within(self, topic: "Topic") -> list[int]:
        """The keys of ``topic`` and of all that is narrower, in one query."""
        pairs = list(self.model._default_manager.values_list("pk", "broader"))
        found, fresh = {topic.pk}, {topic.pk}
        while fresh:
            fresh = {key for key, above in pairs if above in fresh} - found
            found |= fresh
        return sorted(found)


class ClusterTopicQuerySet(models.QuerySet["ClusterTopic"]):
    def strongest_first(self) -> Self:
        """What the published list says before what is known from elsewhere, surest first."""
        sure = Case(*_ranks("confidence", Confidence), output_field=models.IntegerField())
        said = Case(*_ranks("source", TopicSource), output_field=models.IntegerField())
        return self.order_by(sure, said, "pk")

    def of_live_clusters(self) -> Self:
        return self.filter(cluster__archived_at__isnull=True)
