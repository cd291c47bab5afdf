"""What stands around every page: the navigation, the New menu, the search."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from ifa_crm.staff.roles import Act


@dataclass(frozen=True)
class Entry:
    """A line of the navigation, shown once its page exists and to those who may use it."""

    label: Any
    url_name: str
    icon: str
    act: Act = Act.READ
    starts: tuple[str, ...] = ()
    """Beginnings of URL names that also belong to this entry."""


NAVIGATION = (
    Entry(_("Today"), "home:today", "sun", starts=("home:section",)),
    Entry(
        _("Where to send them"),
        "investors:evaluate",
        "map-pin",
        starts=("investors:evaluate",),
    ),
    Entry(_("Leads"), "investors:lead_list", "inbox-stack", starts=("investors:lead",)),
    Entry(
        _("Investors"),
        "investors:investor_list",
        "building-office-2",
        starts=("investors:investor", "investors:contact", "investors:pair"),
    ),
    Entry(
        _("Clusters"),
        "clusters:cluster_list",
        "share",
        starts=("clusters:cluster", "clusters:topic"),
    ),
    Entry(_("Projects"), "clusters:project_list", "beaker", starts=("clusters:project",)),
    Entry(
        _("Organisations"),
        "clusters:organisation_list",
        "building-library",
        starts=("clusters:organisation",),
    ),
    Entry(
        _("Engagements"),
        "investors:engagement_list",
        "link",
        starts=("investors:engagement",),
    ),
    Entry(_("Meetings"), "meetings:meeting_list", "calendar-days", starts=("meetings:",)),
    Entry(_("Reports"), "reports:neutrality", "chart-bar", starts=("reports:",)),
    Entry(
        _("Assignment rules"),
        "investors:rule_list",
        "arrows-right-left",
        act=Act.ADMINISTER,
        starts=("investors:rule",),
    ),
    Entry(_("Admin"), "admin:index", "cog-6-tooth", act=Act.ADMINISTER, starts=("admin:",)),
)

NEW = (
    Entry(_("Lead"), "investors:lead_create", "inbox-stack", act=Act.RECORD),
    Entry(_("Interaction"), "investors:interaction_start", "phone", act=Act.RECORD),
    Entry(_("E-mail"), "investors:mail_paste", "envelope", act=Act.RECORD),
    Entry(_("Introduction"), "meetings:introduction_create", "calendar-days", act=Act.RECORD),
    Entry(_("Organisation"), "clusters:organisation_create", "building-library", Act.EDIT_CLUSTERS),
    Entry(_("Project"), "clusters:project_create", "beaker", Act.EDIT_CLUSTERS),
    Entry(_("From a file"), "imports:import_list", "arrow-up-tray", Act.EDIT_CLUSTERS),
)


@cache
def _address(url_name: str) -> str:
    """The address of a page, or nothing while the page does not exist."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what ``base.html`` draws around a page. Lazy: a region needs none."""
    return {
        "nav": SimpleLazyObject(lambda: _entries(request, NAVIGATION)),
        "new_menu": SimpleLazyObject(lambda: _entries(request, NEW)),
        "search_address": _address("home:search"),
        "is_demo": settings.DEMO,
        "outbox_address": SimpleLazyObject(lambda: _administered(request, "work:mail_list")),
        "exports_address": SimpleLazyObject(lambda: _administered(request, "staff:export_log")),
    }


def _administered(request: HttpRequest, url_name: str) -> str:
    """The address of a page that only administrators have."""
    user = request.user
    administers = user.is_authenticated and user.may(Act.ADMINISTER)
    return _address(url_name) if administers else ""


def _entries(request: HttpRequest, entries: tuple[Entry, ...]) -> list[dict[str, Any]]:
    user = request.user
    if not user.is_authenticated:
        return []
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {
            "label": entry.label,
            "address": _address(entry.url_name),
            "icon": entry.icon,
            "active": here == entry.url_name or here.startswith(entry.starts),
        }
        for entry in entries
        if user.may(entry.act) and _address(entry.url_name)
    ]
