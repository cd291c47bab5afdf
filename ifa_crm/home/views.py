"""Today, and one search over everything."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from ifa_crm.home import search as finding
from ifa_crm.home.sections import AT_MOST, SHOWN
from ifa_crm.home.today import in_short, section_of, sections_of, touched_with
from ifa_crm.reports.figures import today_figures
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.clockwork import stopped_words


@require_safe
@requires(Act.READ)
def today(request: StaffRequest) -> HttpResponse:
    sections = list(sections_of(request.user))
    day = timezone.localdate()
    context = {
        "sections": sections,
        "in_short": in_short(sections),
        "figures": today_figures(request.user, day),
        "day": day,
        "stopped": _stopped(request.user),
        "fills_seats": request.user.may(Act.EDIT_CLUSTERS),
    }
    return render(request, "home/today.html", context)


def _stopped(user: User) -> list[str]:
    """What an administrator must know first: that nothing is done in the background."""
    return stopped_words(timezone.now()) if user.may(Act.ADMINISTER) else []


@require_safe
@requires(Act.READ)
def section(request: StaffRequest, key: str) -> HttpResponse:
    """One part of Today with everything in it.

    For htmx the part alone, after something was done in it; ``?cut=1``: as Today shows it, with
    the other parts that this may have changed.
    """
    cut = request.GET.get("cut") == "1"
    found = section_of(request.user, key, SHOWN if cut else AT_MOST)
    if found is None:
        raise Http404
    others = list(touched_with(request.user, key)) if request.htmx and cut else []
    context = {"section": found, "others": others, "cut": cut}
    template = "home/_sections.html" if request.htmx else "home/section.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@requires(Act.READ)
def search(request: StaffRequest) -> HttpResponse:
    """Everything that matches, grouped by noun; says what to do where nothing does."""
    query = finding.tidy(request.GET.get("q", ""))
    too_short = finding.is_too_short(query)
    groups = [] if too_short else finding.search(request.user, query)
    context = {
        "query": query,
        "search_query": query,
        "groups": groups,
        "too_short": bool(query) and too_short,
        "may_record": request.user.may(Act.RECORD),
    }
    return render(request, "home/search.html", context)
