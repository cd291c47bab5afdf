"""What the pages of one record have in common: who reads, which tabs there are."""

from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster, Organisation, Project
from clusters.querysets import ClusterQuerySet, OrganisationQuerySet, ProjectQuerySet
from ifa_crm.staff.decorators import StaffRequest
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act

Tab = dict[str, Any]


def address_of(name: str, *args: str) -> str:
    """The address of a higher app's page, or nothing where there is none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def clusters_of(request: StaffRequest) -> ClusterQuerySet:
    rows: ClusterQuerySet = Cluster.objects.visible_to(request.user)
    return rows


def organisations_of(request: StaffRequest) -> OrganisationQuerySet:
    rows: OrganisationQuerySet = Organisation.objects.visible_to(request.user)
    return rows


def projects_of(request: StaffRequest) -> ProjectQuerySet:
    rows: ProjectQuerySet = Project.objects.visible_to(request.user)
    return rows


def cluster_frame(request: StaffRequest, slug: str, active: str) -> dict[str, Any]:
    """The cluster, its standing, its tabs, and what the reader may do."""
    rows = Cluster.objects.visible_to(request.user).with_counts(request.user, timezone.localdate())
    cluster = get_object_or_404(rows.select_related("desk_officer", "archived_by"), slug=slug)
    may_edit = request.user.may(Act.EDIT_CLUSTERS)
    year = settings.REFERENCE_YEAR
    return {
        "cluster": cluster,
        "title": cluster.name,
        "reference_year": year,
        "standing": cluster.standing_in(year),
        "may_edit": may_edit and not cluster.is_archived,
        "may_restore": may_edit and cluster.is_archived,
        "may_note": request.user.may(Act.RECORD) and not may_edit and not cluster.is_archived,
        "tabs": _cluster_tabs(cluster, active, request.user),
    }


def _cluster_tabs(cluster: Any, active: str, user: User) -> list[Tab]:
    ties = cluster.member_count + cluster.partnership_count
    offered: list[tuple[str, str, int | None]] = [
        ("cluster_detail", _("Overview"), None),
        ("cluster_people", _("People"), cluster.leader_count),
        ("cluster_members", _("Members and partners"), ties),
        ("cluster_projects", _("Projects"), cluster.project_count),
    ]
    if address_of("investors:cluster_leads", cluster.slug):
        offered.append(("cluster_leads", _("Leads and meetings"), None))
    offered += [
        ("cluster_sources", _("Sources"), None),
        ("cluster_changes", _("Changes"), None),
    ]
    tabs = [_tab(name, label, count, cluster.slug, active) for name, label, count in offered]
    matches = address_of("investors:cluster_matches", cluster.slug)  # a page of a higher app
    if matches and user.may(Act.RECORD):
        here = active == "cluster_matches"
        tab = {"label": _("Matching leads"), "address": matches, "count": None, "active": here}
        tabs.insert(-2, tab)
    return tabs


def _tab(name: str, label: str, count: int | None, key: str, active: str) -> Tab:
    return {
        "label": label,
        "address": reverse(f"clusters:{name}", args=[key]),
        "count": count,
        "active": name == active,
    }


def record_tabs(noun: str, key: str, active: str) -> list[Tab]:
    """The tabs of a project or an organisation."""
    return [
        _tab(f"{noun}_detail", _("Overview"), None, key, active),
        _tab(f"{noun}_changes", _("Changes"), None, key, active),
    ]
