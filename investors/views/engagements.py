"""Engagements: the list behind the figures, one engagement, the tab of a lead, the regions."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, OrderBy, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.models import Cluster, Project
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of
from investors.choices import ENGAGEMENT_LIVE, EngagementKind, EngagementState, OutcomeKind
from investors.columns_more import ENGAGEMENT_COLUMNS
from investors.filters_engagement import EngagementFilter, is_figure
from investors.models import Engagement, EngagementLog, Lead, Milestone, MilestoneKind, Shortlisting
from investors.permissions import may_handle, may_verify
from investors.services.engagements import ended_without_agreement
from investors.views.frame import get_lead, lead_frame, needs_of

_S = EngagementState
TONES: Final = {
    _S.OPEN: "accent",
    _S.AGREED: "warn",
    _S.VERIFIED: "good",
    _S.COMPLETED: "good",
    _S.LEFT: "quiet",
    _S.DECLINED: "quiet",
    _S.WITHDRAWN: "quiet",
}
SORTS: Final[dict[str, tuple[str | OrderBy]]] = {
    "agreed": (OrderBy(F("agreed_on"), nulls_first=True),),
    "opened": ("opened_on",),
}
REGION_ROWS: Final = 8


SHORT: Final[dict[str, Any]] = {
    _S.AGREED: gettext_lazy("To be confirmed"),
    _S.VERIFIED: gettext_lazy("Confirmed"),
}


def toned(rows: "list[Engagement]") -> "list[Engagement]":
    """Give each the tone of its state's badge, and a word that fits into a column."""
    for row in rows:
        state = EngagementState(row.state)
        vars(row).update(tone=TONES[state], short_state=SHORT.get(state, state.label))
    return rows


# --- the list ------------------------------------------------------------------------------------


def engagement_page(request: StaffRequest) -> ListPage:
    every = Engagement.objects.order_by()
    return ListPage(
        request,
        rows=every.visible_to(request.user),
        filterset=EngagementFilter,
        sorts=SORTS,
        default_sort="-opened",
        show=lambda rows: rows.select_related(
            "lead__investor", "project", "cluster", "verified_by"
        ),
        fill=toned,
        columns=ENGAGEMENT_COLUMNS,
        export=reverse("investors:engagement_export"),
    )


engagement_export = export_of(engagement_page, gettext_lazy("Engagements"), name="engagements")


@requires(Act.READ)
def engagement_list(request: StaffRequest) -> HttpResponse:
    page = engagement_page(request)
    return page.answer(
        "investors/engagement_list.html",
        title=_("Engagements"),
        lead=_("Which investor joins or starts which project, and what we did for it."),
        kinds=_kinds(page),
        figure=_figure(request, page),
    )


def _kinds(page: ListPage) -> list[dict[str, Any]]:
    """Joins and starts apart: each its own address, the other filters kept."""
    here = page.request.GET.get("kind", "")
    kinds = [("", _("Both")), *EngagementKind.choices]
    return [
        {
            "label": label,
            "address": page.address(kind=kind or None, page=None),
            "active": here == kind,
        }
        for kind, label in kinds
    ]


@dataclass(frozen=True)
class Behind:
    """What the list behind a figure says on top: the figure, and what is not listed."""

    pairs: int
    companies: int
    projects: int
    hidden: int


def _figure(request: StaffRequest, page: ListPage) -> Behind | None:
    """The figure whose list this is, if its filters are exactly those of one."""
    if not page.is_valid or not is_figure(page.form.cleaned_data, timezone.localdate()):
        return None
    all_rows = EngagementFilter(request.GET, queryset=Engagement.objects.order_by()).qs
    pairs = list(all_rows.pairs())
    hidden = all_rows.count() - page.rows.count() if _may_miss_some(request.user) else 0
    return Behind(
        pairs=len(pairs),
        companies=len({investor for investor, _project in pairs}),
        projects=len({project for _investor, project in pairs}),
        hidden=hidden,
    )


def _may_miss_some(user: User) -> bool:
    return not user.may(Act.SEE_CONFIDENTIAL)


# --- one engagement ------------------------------------------------------------------------------


def get_engagement(request: StaffRequest, ref: str) -> Engagement:
    rows = Engagement.objects.visible_to(request.user).select_related(
        "lead__investor", "lead__owner", "lead__deputy", "project", "cluster", "seat"
    )
    found: Engagement = get_object_or_404(rows, ref=ref)
    return found


@requires(Act.READ)
def engagement_detail(request: StaffRequest, ref: str) -> HttpResponse:
    rows = Engagement.objects.visible_to(request.user).select_related(
        *("lead__investor", "lead__owner", "lead__deputy", "project", "cluster", "seat"),
        *("jobs_region", "opened_by", "recorded_by", "verified_by"),
    )
    engagement: Engagement = get_object_or_404(rows, ref=ref)
    user, lead = request.user, engagement.lead
    handle = may_handle(user, lead) and not lead.is_archived
    state = EngagementState(engagement.state)
    context = {
        "title": _("%(investor)s in %(project)s")
        % {"investor": lead.investor, "project": engagement.project},
        "engagement": engagement,
        "lead": lead,
        "tone": TONES[state],
        "today": timezone.localdate(),
        "is_live": state in ENGAGEMENT_LIVE,
        "may_handle": handle,
        "may_verify": state == _S.AGREED and may_verify(user, engagement),
        "why_not_verify": _why_not_verify(user, engagement),
        "needs": needs_of(lead) if state == _S.OPEN and handle else [],
        "log": list(EngagementLog.objects.filter(engagement=engagement).select_related("actor")),
        "files": list(engagement.attachments.select_related("uploaded_by")),
        "steps": _steps(engagement),
        "to_decide": state in (_S.DECLINED, _S.WITHDRAWN)
        and handle
        and ended_without_agreement(lead),
    }
    return TemplateResponse(request, "investors/engagement_detail.html", context)


def _why_not_verify(user: User, engagement: Engagement) -> str:
    """Why this reader may not confirm an agreement that waits for it; empty if they may."""
    if engagement.state != _S.AGREED or may_verify(user, engagement):
        return ""
    if not user.may(Act.VERIFY):
        return _("A manager confirms it who neither recorded it nor handles the lead.")
    if user.pk == engagement.recorded_by_id:
        return _("You recorded this agreement, so another manager confirms it.")
    if user.pk == engagement.lead.owner_id:
        return _("You own this lead, so another manager confirms it.")
    return _("You are the deputy on this lead, so another manager confirms it.")


@dataclass(frozen=True)
class StepRow:
    """A kind of milestone with its attempts, and whether another may be made."""

    kind: MilestoneKind
    attempts: list[Milestone]
    may_try: bool


def _steps(engagement: Engagement) -> list[StepRow]:
    """Every milestone of this kind of engagement, also those no longer in use but recorded."""
    attempts: dict[int, list[Milestone]] = {}
    for milestone in engagement.milestones.order_by("kind__order", "attempt"):
        attempts.setdefault(milestone.kind_id, []).append(milestone)
    kinds = MilestoneKind.objects.filter(engagement_kind=engagement.kind).order_by("order")
    return [
        StepRow(kind, tried, all(one.failed_on is not None for one in tried) and kind.is_active)
        for kind in kinds
        if (tried := attempts.get(kind.pk, [])) or kind.is_active
    ]


@requires(Act.READ)
def engagement_changes(request: StaffRequest, ref: str) -> HttpResponse:
    engagement = get_engagement(request, ref)
    changes = changes_of(
        request.user,
        [engagement, Milestone.objects.filter(engagement=engagement)],
        before=request.GET.get("before"),
    )
    context = {"title": _("Changes: %s") % engagement, "engagement": engagement, "changes": changes}
    return TemplateResponse(request, "investors/engagement_changes.html", context)


# --- the tab of a lead ---------------------------------------------------------------------------


@requires(Act.READ)
def lead_engagements(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    frame = lead_frame(request, lead)
    context = frame | {
        "engagements": toned(list(_of_lead(request.user, lead))),
        "outcomes": list(lead.outcomes.select_related("cluster", "recorded_by")),
        "to_decide": frame["rights"].move and ended_without_agreement(lead),
        "REFERRED": OutcomeKind.REFERRED,
    }
    return TemplateResponse(request, "investors/engagement_tab.html", context)


def _of_lead(user: User, lead: Lead) -> "QuerySet[Engagement]":
    ahead = Milestone.objects.filter(
        planned_on__isnull=False, reached_on__isnull=True, failed_on__isnull=True
    )
    return (
        Engagement.objects.visible_to(user)
        .filter(lead=lead)
        .select_related("project", "cluster", "verified_by")
        .prefetch_related(
            Prefetch(
                "milestones",
                queryset=ahead.select_related("kind").order_by("planned_on"),
                to_attr="planned",
            )
        )
    )


# --- regions of lower pages ----------------------------------------------------------------------


@requires(Act.READ)
def cluster_leads(request: StaffRequest, slug: str) -> HttpResponse:
    """The leads that have this cluster on their shortlist, and its engagements."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    shortlistings = (
        Shortlisting.objects.visible_to(request.user)
        .filter(cluster=cluster, lead__archived_at__isnull=True)
        .select_related("lead__investor", "lead__owner")
        .order_by("-state_since", "-pk")
    )
    engagements = Engagement.objects.visible_to(request.user).filter(cluster=cluster)
    context = {
        "title": _("Leads of %s") % cluster,
        "cluster": cluster,
        "shortlistings": _cut(request, shortlistings),
        "engagements": toned(
            _cut(request, engagements.select_related("lead__investor", "project"))
        ),
        "all_leads": f"{reverse('investors:cluster_leads', args=[slug])}?all=1",
        "all_engagements": f"{reverse('investors:engagement_list')}?cluster={slug}",
    }
    return _region(request, "cluster_leads", context)


@requires(Act.READ)
def project_engagements(request: StaffRequest, ref: str) -> HttpResponse:
    """Who joins or starts this project, as far as the reader may know."""
    project = get_object_or_404(Project.objects.visible_to(request.user), ref=ref)
    rows = Engagement.objects.visible_to(request.user).filter(project=project)
    context = {
        "title": _("Engagements in %s") % project,
        "project": project,
        "engagements": toned(_cut(request, rows.select_related("lead__investor", "cluster"))),
        "all_engagements": f"{reverse('investors:project_engagements', args=[ref])}?all=1",
    }
    return _region(request, "project_engagements", context)


def _cut(request: StaffRequest, rows: "QuerySet[Any]") -> list[Any]:
    """The first rows and one more, which says that there are further ones; 200 on ``?all=1``."""
    most = 200 if request.GET.get("all") == "1" else REGION_ROWS
    return list(rows[: most + 1])


def _region(request: StaffRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The part alone when another page asks for it, else a page around it."""
    part = bool(request.htmx) and not request.htmx.history_restore_request
    template = f"investors/_engagement_{name}.html" if part else "investors/engagement_region.html"
    context |= {
        "part": f"investors/_engagement_{name}.html",
        "most": 200 if request.GET.get("all") == "1" else REGION_ROWS,
    }
    response = TemplateResponse(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
