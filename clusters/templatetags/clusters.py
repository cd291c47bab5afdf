"""Badges of the clusters' side: each state with its word and its tone. ``{% load clusters %}``"""

from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clusters.choices import (
    CallState,
    Confidence,
    ProjectKind,
    ProjectStatus,
    SeatState,
    Standing,
    Tier,
)
from clusters.models import Cluster, Project
from ifa_crm.shared.templatetags.ifa import badge

register = template.Library()

STANDING = {
    Standing.LABELLED: "good",
    Standing.LABEL_ENDED: "warn",
    Standing.MERGED: "neutral",
    Standing.DISSOLVED: "bad",
}
STATUS = {
    ProjectStatus.PROPOSED: "accent",
    ProjectStatus.UNDER_WAY: "good",
    ProjectStatus.COMPLETED: "neutral",
    ProjectStatus.CANCELLED: "quiet",
}
SEAT = {
    SeatState.OPEN: "good",
    SeatState.PAST_DEADLINE: "warn",
    SeatState.FILLED: "neutral",
    SeatState.WITHDRAWN: "quiet",
}
CALL = {CallState.COMING: "accent", CallState.OPEN: "good", CallState.CLOSED: "quiet"}
CONFIDENCE = {Confidence.HIGH: "good", Confidence.MEDIUM: "neutral", Confidence.LOW: "warn"}


@register.simple_tag
def tier_badge(cluster: Cluster) -> SafeString:
    tone = "accent" if cluster.tier == Tier.INTERNATIONAL else "neutral"
    return badge(cluster.get_tier_display(), tone)


@register.simple_tag
def standing_badge(standing: str, year: int | None = None) -> SafeString:
    """A standing in its tone; with the year in which it began, if it is not *labelled*."""
    known = Standing(standing)
    words = str(known.label)
    if year is not None and known != Standing.LABELLED:
        words = _("%(standing)s in %(year)s") % {"standing": words, "year": year}
    return badge(words, STANDING[known])


@register.filter
def standing_in(cluster: Cluster, year: int) -> Standing:
    return cluster.standing_in(year)


@register.simple_tag
def status_badge(project: Project) -> SafeString:
    return badge(project.get_status_display(), STATUS[ProjectStatus(project.status)])


@register.simple_tag
def project_kind_badge(project: Project) -> SafeString:
    tone = "neutral" if project.kind == ProjectKind.RD else "quiet"
    return badge(project.get_kind_display(), tone)


@register.simple_tag
def seat_badge(state: str) -> SafeString:
    return badge(SeatState(state).label, SEAT[SeatState(state)])


@register.simple_tag
def call_badge(state: str) -> SafeString:
    return badge(CallState(state).label, CALL[CallState(state)])


@register.simple_tag
def confidence_badge(confidence: str) -> SafeString:
    return badge(Confidence(confidence).label, CONFIDENCE[Confidence(confidence)])


@register.filter
def web(address: str) -> str:
    """A website as a link's target: the web's own schemes only."""
    if not address or address.startswith(("http://", "https://")):
        return address
    return f"http://{address}"


@register.filter
def to_precision(day: Any, precision: str) -> str:
    """A day as far as it is known: *2007*, *March 2007*, *2 March 2007*."""
    if precision == "year":
        return str(day.year)
    return date_format(day, "YEAR_MONTH_FORMAT" if precision == "month" else "DATE_FORMAT")


@register.filter
def minus(value: int, other: int) -> int:
    return value - other
