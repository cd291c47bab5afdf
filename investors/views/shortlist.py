"""The shortlist of a lead: clusters, how far each has come, and every move that is possible."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.comparing import FEWEST, MOST
from ifa_crm.shared.editing import form_page, onward
from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.choices import CLOSED, SHORTLIST_ENDED, ShortlistState
from investors.forms.shortlist import (
    CloseForm,
    DeclineForm,
    MoveForm,
    NoteClusterForm,
    RefuseForm,
    WhyForm,
)
from investors.models import Lead, Shortlisting, ShortlistingLog
from investors.permissions import may_handle, may_relay, require
from investors.services import shortlist
from investors.views.frame import Rights, get_lead, lead_frame, locked_under_lead, needs_of

_S = ShortlistState
TONES: Final = {
    _S.PROPOSED: "accent",
    _S.WANTED: "accent",
    _S.PUT: "accent",
    _S.ACCEPTED: "good",
    _S.INTRODUCED: "good",
    _S.REFUSED: "warn",
    _S.DECLINED: "warn",
    _S.CLOSED: "quiet",
}
# What usually comes next; where nothing stands, an introduction does.
NEXT: Final = {
    _S.NOTED: _S.PROPOSED,
    _S.PROPOSED: _S.WANTED,
    _S.WANTED: _S.PUT,
    _S.PUT: _S.ACCEPTED,
}
PLAN: Final = "meetings:introduction_plan"


@dataclass(frozen=True)
class Step:
    """A move as the page offers it. ``form`` asks for what the service needs."""

    to: ShortlistState
    name: str
    act: Callable[..., Shortlisting]
    form: type[HouseForm]
    label: Any
    title: Any
    icon: str

    @property
    def move(self) -> shortlist.Move:
        return shortlist.MOVES[self.to]

    @property
    def at_once(self) -> bool:
        """Whether one click does: nothing has to be said."""
        return self.form is MoveForm

    def may(self, user: User, lead: Lead) -> bool:
        return (may_relay if self.move.by_relay else may_handle)(user, lead)


STEPS: Final = {
    step.to: step
    for step in (
        Step(
            _S.PROPOSED,
            "shortlist_propose",
            shortlist.propose,
            MoveForm,
            gettext_lazy("Propose to the investor"),
            gettext_lazy("Propose %s to the investor"),
            "paper-airplane",
        ),
        Step(
            _S.WANTED,
            "shortlist_want",
            shortlist.want,
            MoveForm,
            gettext_lazy("The investor wants it"),
            gettext_lazy("The investor wants %s"),
            "hand-thumb-up",
        ),
        Step(
            _S.REFUSED,
            "shortlist_refuse",
            shortlist.refuse,
            RefuseForm,
            gettext_lazy("The investor refuses"),
            gettext_lazy("The investor does not want %s"),
            "hand-thumb-down",
        ),
        Step(
            _S.PUT,
            "shortlist_put",
            shortlist.put_to_cluster,
            MoveForm,
            gettext_lazy("Put to the cluster"),
            gettext_lazy("Put the introduction to %s"),
            "arrow-right-circle",
        ),
        Step(
            _S.ACCEPTED,
            "shortlist_accept",
            shortlist.accept,
            MoveForm,
            gettext_lazy("The cluster accepts"),
            gettext_lazy("%s accepts the introduction"),
            "check-circle",
        ),
        Step(
            _S.DECLINED,
            "shortlist_decline",
            shortlist.decline,
            DeclineForm,
            gettext_lazy("The cluster declines"),
            gettext_lazy("%s declines the introduction"),
            "x-circle",
        ),
        Step(
            _S.CLOSED,
            "shortlist_close",
            shortlist.close,
            CloseForm,
            gettext_lazy("Close"),
            gettext_lazy("Nothing more comes of %s"),
            "archive-box",
        ),
    )
}


@dataclass(frozen=True)
class Button:
    """A move, drawn: ``blocked`` while the checklist of the lead is not complete."""

    step: Step
    address: str
    blocked: bool


@dataclass(frozen=True)
class Link:
    """A page elsewhere that does something about the cluster."""

    name: str
    address: str
    label: str
    icon: str


@dataclass(frozen=True)
class Row:
    """A cluster on the shortlist with everything that may be done about it now."""

    shortlisting: Shortlisting
    tone: str
    is_ended: bool
    primary: Button | None
    others: list[Button]
    plan: Link | None  # once the cluster has accepted
    links: list[Link]


# --- the tab -------------------------------------------------------------------------------------


@requires(Act.READ)
def lead_shortlist(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    frame = lead_frame(request, lead)
    rows = [_row(request.user, lead, frame, shortlisting) for shortlisting in _rows(lead)]
    rows.sort(key=lambda row: row.is_ended)
    context = frame | {
        "rows": rows,
        "form": NoteClusterForm(),
        "has_national": any(row.shortlisting.cluster.tier == "national" for row in rows),
        "is_blocked": any(button.blocked for row in rows for button in _buttons_of(row)),
        "on_the_map": f"{reverse('clusters:cluster_map')}?{urlencode({'lead': lead.ref})}",
        "comparison": _comparison(lead, rows),
    }
    return TemplateResponse(request, "investors/shortlist.html", context)


def _comparison(lead: Lead, rows: list[Row]) -> str:
    """Where the first of them that are still in play stand side by side, if there are two."""
    clusters = [row.shortlisting.cluster for row in rows if not row.is_ended]
    slugs = [cluster.slug for cluster in clusters if not cluster.is_archived][:MOST]
    if len(slugs) < FEWEST:
        return ""
    chosen = {f"c{number}": slug for number, slug in enumerate(slugs, 1)}
    return f"{reverse('clusters:cluster_compare')}?{urlencode(chosen | {'lead': lead.ref})}"


def _rows(lead: Lead) -> "QuerySet[Shortlisting]":
    log = ShortlistingLog.objects.select_related("actor").order_by("-at", "-pk")
    rows = lead.shortlist.select_related("cluster__desk_officer", "added_by", "evaluation")
    return rows.prefetch_related(Prefetch("log", queryset=log), "meetings")


def _buttons_of(row: Row) -> list[Button]:
    return [*([row.primary] if row.primary else []), *row.others]


def _row(user: User, lead: Lead, frame: dict[str, Any], shortlisting: Shortlisting) -> Row:
    shortlisting.lead = lead
    state = ShortlistState(shortlisting.state)
    buttons = (
        []
        if frame["is_closed"] or lead.is_archived
        else list(_moves(user, lead, shortlisting, bool(frame["needs"])))
    )
    first = next((button for button in buttons if button.step.to == NEXT.get(state)), None)
    links = list(_links(lead, shortlisting, frame["rights"]))
    plan = next((link for link in links if link.name == PLAN), None)
    return Row(
        shortlisting=shortlisting,
        tone=TONES.get(state, "neutral"),
        is_ended=state in SHORTLIST_ENDED,
        primary=first,
        others=[button for button in buttons if button is not first],
        plan=plan if state == _S.ACCEPTED else None,
        links=links,
    )


def _moves(
    user: User, lead: Lead, shortlisting: Shortlisting, incomplete: bool
) -> Iterator[Button]:
    for to in shortlist.moves_from(shortlisting.state):
        step = STEPS[to]
        if step.may(user, lead):
            address = reverse(f"investors:{step.name}", args=[shortlisting.ref])
            yield Button(step, address, blocked=step.move.outward and incomplete)


def _links(lead: Lead, shortlisting: Shortlisting, rights: Rights) -> Iterator[Link]:
    """What other pages do about this cluster, for those who may."""
    is_open = lead.status not in CLOSED and not lead.is_archived
    for name, label, icon, allowed in (
        (PLAN, _("Plan an introduction"), "calendar-days", rights.relay and is_open),
        (
            "meetings:introduction_record",
            _("Record an introduction"),
            "pencil-square",
            rights.relay and not lead.is_archived,
        ),
        ("investors:engagement_join", _("Join a project"), "user-plus", rights.move),
        ("investors:engagement_start", _("Start a project"), "rocket-launch", rights.move),
    ):
        if allowed:
            address = reverse(name, args=[lead.ref])
            yield Link(name, f"{address}?cluster={shortlisting.cluster.slug}", label, icon)


# --- moves ---------------------------------------------------------------------------------------


def get_shortlisting(request: StaffRequest, ref: str) -> Shortlisting:
    rows = Shortlisting.objects.visible_to(request.user).select_related("cluster", "lead__investor")
    found: Shortlisting = get_object_or_404(rows, ref=ref)
    return found


def _view_of(step: Step) -> Callable[[StaffRequest, str], HttpResponseBase]:
    """The view that makes one move: at once when a button sends it, else after its form."""

    @requires(Act.RECORD)
    def view(request: StaffRequest, ref: str) -> HttpResponse:
        shortlisting = get_shortlisting(request, ref)
        lead = shortlisting.lead
        require(step.may(request.user, lead))
        form = step.form(request.POST if request.method == "POST" else None)
        if form.carry_out(
            lambda: step.act(actor=request.user, shortlisting=shortlisting, **form.cleaned_data)
        ):
            said = _("%(cluster)s: %(state)s.") % {
                "cluster": shortlisting.cluster,
                "state": form.result.get_state_display(),
            }
            messages.success(request, said)
            return redirect(onward(request, shortlisting))
        return form_page(
            request,
            form,
            title=str(step.title) % shortlisting.cluster,
            submit=str(step.label),
            back=shortlisting,
            intro=str(lead),
            template="investors/shortlist_move.html",
            needs=needs_of(lead) if step.move.outward else [],
            linked=may_handle(request.user, lead),
        )

    return view


shortlist_propose = _view_of(STEPS[_S.PROPOSED])
shortlist_want = _view_of(STEPS[_S.WANTED])
shortlist_refuse = _view_of(STEPS[_S.REFUSED])
shortlist_put = _view_of(STEPS[_S.PUT])
shortlist_accept = _view_of(STEPS[_S.ACCEPTED])
shortlist_decline = _view_of(STEPS[_S.DECLINED])
shortlist_close = _view_of(STEPS[_S.CLOSED])


@requires(Act.RECORD)
@transaction.atomic
def shortlist_why(request: StaffRequest, ref: str) -> HttpResponse:
    shortlisting = locked_under_lead(request, lambda: get_shortlisting(request, ref))
    require(may_handle(request.user, shortlisting.lead))
    form = WhyForm(request.POST if request.method == "POST" else None, instance=shortlisting)
    if form.carry_out(
        lambda: shortlist.explain(
            actor=request.user, shortlisting=shortlisting, why=form.cleaned_data["why"]
        )
    ):
        messages.success(request, _("Saved."))
        return redirect(shortlisting)
    return form_page(request, form, title=_("Why %s") % shortlisting.cluster, back=shortlisting)
