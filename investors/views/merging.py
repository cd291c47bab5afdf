"""Two records side by side, and their merge."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ifa_crm.shared.editing import FAILED
from ifa_crm.shared.extend import Children, merge_parts
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.models import Batch
from investors.forms.merge import InvestorMergeForm, MergeForm
from investors.models import (
    Contact,
    ContactPair,
    Engagement,
    Interaction,
    Investor,
    InvestorPair,
    Lead,
)
from investors.services.deciding import may_decide
from investors.services.merging import FIELDS, merge_investors
from investors.services.merging_contacts import CONTACT_FIELDS, merge_contacts


def _investor_pair(request: StaffRequest, ref: str) -> InvestorPair:
    rows = InvestorPair.objects.visible_to(request.user).select_related(
        "first__parent", "second__parent", "first__organisation", "second__organisation",
        "decided_by",
    )  # fmt: skip
    found: InvestorPair = get_object_or_404(rows, ref=ref)
    return found


def _contact_pair(request: StaffRequest, ref: str) -> ContactPair:
    rows = ContactPair.objects.visible_to(request.user).select_related(
        "first__investor", "second__investor", "decided_by"
    )
    found: ContactPair = get_object_or_404(rows, ref=ref)
    return found


@require_safe
@requires(Act.RECORD)
def pair_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    pair = _investor_pair(request, ref)
    form = InvestorMergeForm(pair=pair, names=FIELDS, user=request.user)
    return _page(request, pair, form, _investor_children)


@requires(Act.MERGE)
def pair_merge(request: StaffRequest, ref: str) -> HttpResponseBase:
    pair = _investor_pair(request, ref)
    form = InvestorMergeForm(request.POST or None, pair=pair, names=FIELDS, user=request.user)

    def act() -> Batch:
        return merge_investors(
            actor=request.user,
            pair=pair,
            keep=form.kept,
            take=form.take,
            same_people=form.same_people,
        )

    if form.carry_out(act):
        return _merged(request, form)
    return _page(request, pair, form, _investor_children)


@require_safe
@requires(Act.RECORD)
def contact_pair_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    pair = _contact_pair(request, ref)
    form = MergeForm(pair=pair, names=CONTACT_FIELDS, user=request.user)
    return _page(request, pair, form, _contact_children)


@requires(Act.MERGE)
def contact_pair_merge(request: StaffRequest, ref: str) -> HttpResponseBase:
    pair = _contact_pair(request, ref)
    form = MergeForm(request.POST or None, pair=pair, names=CONTACT_FIELDS, user=request.user)

    def act() -> Batch:
        return merge_contacts(actor=request.user, pair=pair, keep=form.kept, take=form.take)

    if form.carry_out(act):
        return _merged(request, form)
    return _page(request, pair, form, _contact_children)


def _merged(request: StaffRequest, form: MergeForm) -> HttpResponse:
    messages.success(request, _("Merged. It can be undone for 30 days under “Changes in bulk”."))
    return redirect(form.kept)


def _page(request: StaffRequest, pair: Any, form: MergeForm, children: Any) -> HttpResponseBase:
    is_contact = isinstance(pair, ContactPair)
    kind = "contact_pair" if is_contact else "pair"
    mergeable = pair.is_open and not getattr(pair, "same_group", False)
    context = {
        "title": _("%(one)s and %(other)s") % {"one": pair.first, "other": pair.second},
        "pair": pair,
        "form": form,
        "queue": reverse(f"investors:{kind}_list"),
        "apart": reverse(f"investors:{kind}_apart", args=[pair.ref]),
        "reopen": reverse(f"investors:{kind}_reopen", args=[pair.ref]),
        "merge": reverse(f"investors:{kind}_merge", args=[pair.ref]),
        "may_merge": request.user.may(Act.MERGE) and mergeable,
        "may_decide": may_decide(request.user, pair),
        "sides": [(row, list(children(row, request.user))) for row in (pair.first, pair.second)],
        "warnings": list(_warnings(pair, is_contact)),
    }
    failed = form.is_bound and bool(form.errors)
    return TemplateResponse(
        request, "investors/pair_detail.html", context, status=FAILED if failed else 200
    )


def _investor_children(investor: Investor, user: User) -> Iterator[Children]:
    """What would move from it, as far as the reader may know."""
    yield _children(_("Leads"), Lead.objects.filter(investor=investor), user, "investor")
    contacts = Contact.objects.filter(investor=investor, merged_into=None)
    yield _children(_("Contacts"), contacts, user, "investor")
    yield _children(_("Companies below it"), Investor.objects.filter(parent=investor), user)
    said = Interaction.objects.filter(lead__investor=investor)
    yield _children(_("Interactions"), said, user, "lead__investor")
    engaged = Engagement.objects.filter(lead__investor=investor)
    yield _children(_("Engagements"), engaged, user, "lead__investor", "project")
    for part in merge_parts(Investor):
        yield from part.children(investor, user)


def _contact_children(contact: Contact, user: User) -> Iterator[Children]:
    said = Interaction.objects.filter(contacts=contact)
    yield _children(_("Interactions"), said, user, "lead__investor")
    for part in merge_parts(Contact):
        yield from part.children(contact, user)


def _children(label: str, rows: Any, user: User, *related: str) -> Children:
    seen = rows.visible_to(user)
    shown = list(seen.select_related(*related)) if related else list(seen)
    hidden = rows.count() - len(shown) if user.may(Act.MERGE) else 0  # others: no trace of it
    return Children(label, shown, hidden)


def _warnings(pair: Any, is_contact: bool) -> Iterator[str]:
    first, second = pair.first, pair.second
    if is_contact:
        if first.investor_id != second.investor_id:
            yield _("They are at two investors: merge these first, if they are one.")
        return
    if first.restricted != second.restricted:
        yield _(
            "One of them is confidential. What is taken from it can be read by everybody if the "
            "other has leads that are open; its leads and people stay confidential. If the other "
            "has no leads, the record that is left is confidential."
        )
    if first.lei and second.lei and first.lei != second.lei:
        yield _("Their LEIs differ: they may be two companies of one group.")
    if None not in (first.organisation_id, second.organisation_id) and (
        first.organisation_id != second.organisation_id
    ):
        yield _("Each stands for another organisation. The one that is not taken stays on record.")
