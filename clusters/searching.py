"""What the one search finds of this app: clusters, leaders, projects, organisations."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Leader, Organisation, Project
from clusters.querysets import ranked
from ifa_crm.shared.extend import Hit, Searcher, register_searcher
from ifa_crm.staff.models import User


def _clusters(user: User) -> "QuerySet[Cluster]":
    return Cluster.objects.visible_to(user).live()


def _leaders(user: User) -> "QuerySet[Leader]":
    rows = Leader.objects.visible_to(user).active().filter(cluster__archived_at__isnull=True)
    return rows.select_related("cluster")


def _projects(user: User) -> "QuerySet[Project]":
    return Project.objects.visible_to(user).live()


def _organisations(user: User) -> "QuerySet[Organisation]":
    return Organisation.objects.visible_to(user).live()


def find_clusters(user: User, query: str, limit: int) -> list[Hit]:
    rows = ranked(_clusters, user, query, limit=limit)
    return [Hit(row.name, row.specialty, row.get_absolute_url()) for row in rows]


def find_leaders(user: User, query: str, limit: int) -> list[Hit]:
    return [
        Hit(row.name, f"{row.get_role_display()} · {row.cluster.name}", row.get_absolute_url())
        for row in ranked(_leaders, user, query, limit=limit)
    ]


def find_projects(user: User, query: str, limit: int) -> list[Hit]:
    rows = ranked(_projects, user, query, limit=limit)
    return [
        Hit(
            row.name,
            f"{row.get_kind_display()} · {row.get_status_display()}",
            row.get_absolute_url(),
        )
        for row in rows
    ]


def find_organisations(user: User, query: str, limit: int) -> list[Hit]:
    rows = ranked(_organisations, user, query, limit=limit)
    return [
        Hit(
            row.name,
            " · ".join(filter(None, (row.get_kind_display(), row.country.name, row.city))),
            row.get_absolute_url(),
        )
        for row in rows
    ]


def _list_of(name: str, query: str) -> str:
    return f"{reverse(f'clusters:{name}')}?{urlencode({'q': query})}"


def register() -> None:
    register_searcher(
        Searcher(
            "clusters",
            _("Clusters"),
            "share",
            find_clusters,
            40,
            lambda query: _list_of("cluster_list", query),
        )
    )
    register_searcher(Searcher("leaders", _("Leaders"), "user-group", find_leaders, 50))
    register_searcher(
        Searcher(
            "projects",
            _("Projects"),
            "beaker",
            find_projects,
            60,
            lambda query: _list_of("project_list", query),
        )
    )
    register_searcher(
        Searcher(
            "organisations",
            _("Organisations"),
            "building-office-2",
            find_organisations,
            70,
            lambda query: _list_of("organisation_list", query),
        )
    )
