"""Several pairs of the queue are decided at once, after one look at what that would do."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ifa_crm.shared.editing import form_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.pairs_many import PairsForm
from investors.models import ContactPair, InvestorPair
from investors.services.deciding_many import Tally, merge_many, set_many_apart

AT_ONCE = 100
_OURS = {"which", "row", "on"}


@requires(Act.RECORD)
def pairs_apart(request: StaffRequest) -> HttpResponse:
    return _decide(request, _investor_pairs(), "pair_list", merges=False)


@requires(Act.MERGE)
def pairs_merge(request: StaffRequest) -> HttpResponse:
    return _decide(request, _investor_pairs(), "pair_list", merges=True)


@requires(Act.RECORD)
def contact_pairs_apart(request: StaffRequest) -> HttpResponse:
    return _decide(request, _contact_pairs(), "contact_pair_list", merges=False)


@requires(Act.MERGE)
def contact_pairs_merge(request: StaffRequest) -> HttpResponse:
    return _decide(request, _contact_pairs(), "contact_pair_list", merges=True)


def _investor_pairs() -> Any:
    related = ("first__parent", "second__parent", "first__organisation", "second__organisation")
    return InvestorPair.objects.select_related(*related)


def _contact_pairs() -> Any:
    return ContactPair.objects.select_related("first__investor", "second__investor")


def _decide(request: StaffRequest, rows: Any, queue: str, *, merges: bool) -> HttpResponse:
    """``?which=ticked&row=…`` or ``?which=page&on=….…``, with the filter of the queue."""
    given = request.GET.getlist("row")
    if request.GET.get("which") == "page":
        given = request.GET.get("on", "").split(".")
    pairs = rows.visible_to(request.user).to_decide().filter(ref__in=given[:AT_ONCE])
    pairs = list(pairs.order_by("-score", "pk"))
    back = _back(request, queue)
    if not pairs:
        messages.error(request, _("Tick at least one pair that is to decide."))
        return redirect(back)
    sent = request.POST if request.method == "POST" else None
    form = PairsForm(sent, rows=pairs, user=request.user, merges=merges)
    if form.is_valid():
        _tell(request, _carry_out(request, form), merges=merges)
        return redirect(back)
    return form_page(
        request,
        form,
        title=_title(len(pairs), merges=merges),
        submit=_("Merge those ticked") if merges else _("Remember it of those ticked"),
        back=back,
        template="investors/pairs_many.html",
    )


def _carry_out(request: StaffRequest, form: PairsForm) -> Tally:
    if form.merges:
        return merge_many(actor=request.user, proposals=form.proposals())
    return set_many_apart(actor=request.user, pairs=[line.pair for line in form.chosen])


def _title(n: int, *, merges: bool) -> str:
    if merges:
        return ngettext("Merge %(n)s pair?", "Merge %(n)s pairs?", n) % {"n": n}
    return ngettext("%(n)s pair: not the same?", "%(n)s pairs: not the same?", n) % {"n": n}


def _tell(request: StaffRequest, tally: Tally, *, merges: bool) -> None:
    n = tally.done
    if n and merges:
        told = ngettext(
            "%(n)s pair was merged. It can be undone for 30 days under “Changes in bulk”.",
            "%(n)s pairs were merged. Each can be undone for 30 days under “Changes in bulk”.",
            n,
        )
        messages.success(request, told % {"n": n})
    elif n:
        told = ngettext("Remembered of %(n)s pair.", "Remembered of %(n)s pairs.", n)
        messages.success(request, told % {"n": n})
    for why, times in tally.refused.items():
        told = ngettext("%(n)s pair was left: %(why)s", "%(n)s pairs were left: %(why)s", times)
        messages.error(request, told % {"n": times, "why": why})


def _back(request: StaffRequest, queue: str) -> str:
    query = request.GET.copy()
    for name in _OURS:
        query.pop(name, None)
    address = reverse(f"investors:{queue}")
    return f"{address}?{query.urlencode()}" if query else address
