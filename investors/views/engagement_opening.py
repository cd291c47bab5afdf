"""How an engagement opens: the investor joins a project, or starts one."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import OpenSeat, Project, ProjectCluster
from ifa_crm.shared.editing import form_page, options
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.choices import EngagementKind
from investors.forms.engagement import JoinForm, StartForm, joinable, seats, startable
from investors.models import Engagement, Lead
from investors.permissions import may_handle, require
from investors.services import engagements
from investors.views.engagement_acts import sent, tab_of
from investors.views.frame import get_lead

IN_SIGHT: Final = 8  # projects offered beside the form


@requires(Act.RECORD)
def engagement_join(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    form = JoinForm(sent(request), user=request.user, lead=lead, initial=_asked(request))

    def act() -> Engagement:
        given = form.cleaned_data
        return engagements.open_engagement(
            actor=request.user,
            lead=lead,
            kind=EngagementKind.JOIN,
            cluster=given["cluster"],
            project=given["project"],
            seat=given["seat"],
            opened_on=given["opened_on"],
            fields={"role": given["role"]},
        )

    if form.carry_out(act):
        return _opened(request, form.result)
    return form_page(
        request,
        form,
        title=_("Join a project under way"),
        intro=str(lead),
        submit=_("Open the engagement"),
        back=tab_of(lead),
        template="investors/engagement_open.html",
        offers=_offers(request, lead, joinable(request.user)),
        offers_title=_("Under way in the shortlisted clusters"),
        here=request.path,
    )


@requires(Act.RECORD)
def engagement_start(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    form = StartForm(sent(request), user=request.user, lead=lead, initial=_asked(request))

    def act() -> Engagement:
        given = form.cleaned_data
        return engagements.open_engagement(
            actor=request.user,
            lead=lead,
            kind=EngagementKind.START,
            cluster=given["cluster"],
            project=given["project"],
            new_project=form.new_project,
            opened_on=given["opened_on"],
            fields={"role": given["role"]},
        )

    if form.carry_out(act):
        return _opened(request, form.result)
    return form_page(
        request,
        form,
        title=_("Start a project"),
        intro=str(lead),
        submit=_("Open the engagement"),
        back=tab_of(lead),
        template="investors/engagement_open.html",
        offers=_offers(request, lead, startable(request.user)),
        offers_title=_("Proposed in the shortlisted clusters"),
        here=request.path,
    )


def _asked(request: StaffRequest) -> dict[str, str]:
    """What another page filled in: ``?cluster=…&project=…&seat=…``."""
    names = ("cluster", "project", "seat")
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def _opened(request: StaffRequest, engagement: Engagement) -> HttpResponse:
    messages.success(request, _("The engagement is open. Its milestones can be planned now."))
    return redirect(engagement)


def _offers(request: StaffRequest, lead: Lead, projects: Any) -> list[Project]:
    """Projects of the shortlisted clusters, with their open seats: one click fills in the form."""
    if "project" in request.GET:  # it is filled in already
        return []
    near = Q(cluster__in=lead.shortlist.values("cluster_id"))
    if asked := request.GET.get("cluster"):
        near |= Q(cluster__slug=asked)
    seats_now = OpenSeat.objects.open_on(timezone.localdate())
    found: list[Project] = list(
        projects.filter(pk__in=ProjectCluster.objects.filter(near).values("project_id"))
        .prefetch_related("clusters", Prefetch("seats", seats_now, to_attr="open_seats"))
        .order_by("-pk")[:IN_SIGHT]
    )
    return found


@requires(Act.RECORD)
def joinable_options(request: StaffRequest) -> JsonResponse:
    return options(request, _with_clusters(joinable(request.user)), note=_clusters_of)


@requires(Act.RECORD)
def startable_options(request: StaffRequest) -> JsonResponse:
    return options(request, _with_clusters(startable(request.user)), note=_clusters_of)


@requires(Act.RECORD)
def seat_options(request: StaffRequest) -> JsonResponse:
    return options(request, seats(request.user), note=lambda seat: str(seat.project))


def _with_clusters(projects: Any) -> Any:
    return projects.prefetch_related("clusters")


def _clusters_of(project: Project) -> str:
    return ", ".join(str(cluster) for cluster in project.clusters.all())
