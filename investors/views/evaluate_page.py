"""What the pages of "Where to send them" are drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.shared.editing import FAILED
from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.decorators import StaffRequest
from ifa_crm.staff.roles import Act
from investors import evaluating, fit
from investors.choices import CLOSED
from investors.evaluating import Asked
from investors.evaluating_kept import differences
from investors.evaluating_reading import (
    Evaluated,
    adds,
    bands_of,
    begins_with,
    evaluated,
    facts_of,
    mode_of,
    on_record,
    read_names,
    run_of,
)
from investors.forms.evaluate import FIELDS, EvaluateForm, NoteEvaluatedForm, drawn
from investors.models import Lead
from investors.permissions import may_handle
from investors.views.frame import lead_frame


@dataclass(frozen=True)
class Question:
    """What the page was sent, and what follows from it by what the reader sees.

    ``there``: what is on record of the lead, if it is asked on one.
    """

    form: EvaluateForm
    found: Evaluated
    there: Asked | None = None

    @property
    def asked(self) -> Asked:
        return self.found.asked

    def address(self, path: str) -> str:
        """``path`` with all that is asked, if it is short enough for an address.

        On a lead it is marked, so that nothing at all is told from what is on record.
        """
        mark = "asked=1" if self.there is not None and not self.asked.is_long else ""
        query = "&".join(part for part in (mark, self.asked.query) if part)
        return f"{path}?{query}" if query else path

    @property
    def has_address(self) -> bool:
        return self.form.is_valid() and not self.asked.is_long


def question_of(request: StaffRequest, lead: Lead | None = None) -> Question:
    """What was sent; else what is on record of ``lead``; nothing if it cannot be read."""
    names, sent = read_names(), request.POST if request.method == "POST" else request.GET
    says = request.method == "POST" or any(name in sent for name in (*FIELDS, "asked"))
    form = EvaluateForm(sent, names=names)
    asked = form.asked if form.is_valid() else Asked()
    there = on_record(lead) if lead is not None else None
    if there is not None and not says:
        asked = begins_with(there)
    found = evaluated(asked, request.user, timezone.localdate(), names)
    return Question(form, found, there)


def goes_to_its_address(request: StaffRequest, question: Question) -> bool:
    """Whether a form that was sent without htmx is answered by the address of its question.

    Not if clusters are ticked already: an address does not say which.
    """
    is_page = request.method == "POST" and not request.htmx
    keeps = request.POST.get("clusters") or request.POST.get("why")
    return is_page and not keeps and question.has_address


def shown(request: StaffRequest, question: Question, there: Sequence[str] = ()) -> dict[str, Any]:
    """The inputs and the result; ``there`` are the slugs that stand on a shortlist already."""
    found, asked = question.found, question.asked
    is_read = question.form.is_valid()
    context: dict[str, Any] = {
        "form": drawn(asked, found.names) if is_read else question.form,
        "asked": asked,
        "choices": evaluating.choices(asked, found.proposals, found.names),
        "is_read": is_read,
        "is_unknown": found.is_unknown,
    }
    if found.is_unknown:
        return context
    facts = facts_of([row.key for row in found.rows], request.user)
    bands = bands_of(
        found,
        facts,
        there=there,
        ticked=request.POST.getlist("clusters"),
        may_ask=request.user.may(Act.RECORD),
    )
    return context | {
        "bands": bands,
        "count": {band.key: len(band.verdicts) for band in bands},
        "fits_none": fit.fits_none(found.rows),
        "total": len(found.rows),
        "question": found.question,
        "judged_by": _judged_by(found),
        "not_known": _not_known(found),
        "version": fit.WEIGHTS.version,
    }


def _judged_by(found: Evaluated) -> list[tuple[str, str]]:
    names, asked = found.names, found.asked
    told = [
        (_("Topics"), names.listed(list(found.need.topics))),
        (_("Sectors"), ", ".join(names.sectors[key] for key in asked.sectors)),
        (_("Join or start"), str(mode_of(asked.mode).label) if asked.mode else ""),
        (_("Preferred regions"), ", ".join(asked.regions)),
    ]
    return [(label, text) for label, text in told if text]


def _not_known(found: Evaluated) -> list[str]:
    told = [
        (not found.need.topics, _("what they work on")),
        (not found.asked.mode, _("whether they would join or start")),
        (not found.asked.regions, _("where in France")),
    ]
    return [text for is_open, text in told if is_open]


def lead_page(
    request: StaffRequest, lead: Lead, question: Question, noting: HouseForm | None = None
) -> HttpResponse:
    """The tab of a lead; for htmx its result alone."""
    noting = noting or NoteEvaluatedForm(initial={"why": request.POST.get("why", "")})
    there = list(lead.shortlist.values_list("cluster__slug", flat=True))
    handles = may_handle(request.user, lead)
    context = shown(request, question, there) | {
        "lead": lead,
        "noting": noting,
        "handles": handles,
        "moves": handles and lead.status_today not in CLOSED and not lead.is_archived,
        "adds": handles and question.there is not None and adds(question.there, question.found),
    }
    context |= _compared(lead, question.found)
    if not request.htmx:
        context |= lead_frame(request, lead)
    here = reverse("investors:lead_evaluate", args=[lead.ref])
    failed = bool(noting.errors or question.form.errors)
    return answer(request, context, "investors/lead_evaluate.html", question, here, failed=failed)


def _compared(lead: Lead, found: Evaluated) -> dict[str, Any]:
    """Those that were kept, and what changed since the last of them."""
    kept = list(lead.evaluations.select_related("made_by").defer("text")[:20])
    if not kept or found.is_unknown:
        return {"kept": kept}
    difference = differences(run_of(kept[0]), found.of_everybody().run, found.names)
    return {"kept": kept, "latest": kept[0], "difference": named(difference)}


def named(difference: Any) -> Any:
    """The difference with its clusters, by one query."""
    slugs = {moved.cluster for _words, group in difference.groups for moved in group}
    names = dict(Cluster.objects.filter(slug__in=slugs).values_list("slug", "name"))
    groups = [
        (words, [(names.get(each.cluster, each.cluster), each) for each in group])
        for words, group in difference.groups
    ]
    return {"groups": groups, "why": difference.why, "is_none": difference.is_none}


def answer(
    request: StaffRequest,
    context: dict[str, Any],
    template: str,
    question: Question,
    here: str,
    *,
    failed: bool = False,
) -> HttpResponse:
    """The page, or for htmx its result with the topics beside; the address says what is asked."""
    is_region = bool(request.htmx) and not request.htmx.history_restore_request
    name = "investors/_evaluate_swap.html" if is_region else template
    shown_at = context | {"path": here}
    response = TemplateResponse(request, name, shown_at, status=FAILED if failed else 200)
    patch_vary_headers(response, ["HX-Request"])
    if is_region:
        response["HX-Replace-Url"] = question.address(here)
    return response
