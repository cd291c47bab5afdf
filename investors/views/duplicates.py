"""The queue of duplicates: pairs of investors, and of contacts, that may mean the same."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ifa_crm.shared.editing import form_page, onward
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of
from investors.columns_more import PAIR_COLUMNS
from investors.filters import ContactPairFilter, PairFilter
from investors.forms.twins import AnotherInvestorForm, TwinSearchForm
from investors.models import CommonKey, ContactPair, Investor, InvestorKey, InvestorPair
from investors.services.deciding import pair_by_hand, reopen_pair, set_apart
from investors.services.pairing import CAP
from investors.twins import likely_twins
from investors.views.investors import get_investor

SORTS = {"alike": ("-score", "pk"), "found": ("found_at",)}
_COMMON_SHOWN = 5


def pair_page(request: StaffRequest) -> ListPage:
    return ListPage(
        request,
        rows=InvestorPair.objects.visible_to(request.user),
        filterset=PairFilter,
        sorts=SORTS,
        default_sort="alike",
        show=lambda rows: rows.select_related("first", "second", "decided_by"),
        columns=PAIR_COLUMNS,
        export=reverse("investors:pair_export"),
    )


def contact_pair_page(request: StaffRequest) -> ListPage:
    return ListPage(
        request,
        rows=ContactPair.objects.visible_to(request.user),
        filterset=ContactPairFilter,
        sorts=SORTS,
        default_sort="alike",
        show=lambda rows: rows.select_related("first__investor", "second__investor", "decided_by"),
        columns=PAIR_COLUMNS,
        export=reverse("investors:contact_pair_export"),
    )


pair_export = export_of(
    pair_page, gettext_lazy("Duplicates of investors"), name="duplicates", act=Act.RECORD
)
contact_pair_export = export_of(
    contact_pair_page,
    gettext_lazy("Duplicates of contacts"),
    name="duplicate-contacts",
    act=Act.RECORD,
)


@require_safe
@requires(Act.RECORD)
def pair_list(request: StaffRequest) -> HttpResponseBase:
    return _answer(request, pair_page(request), "pairs", common=_common(request.user))


@require_safe
@requires(Act.RECORD)
def contact_pair_list(request: StaffRequest) -> HttpResponseBase:
    return _answer(request, contact_pair_page(request), "contact_pairs")


def _answer(request: StaffRequest, page: ListPage, kind: str, **context: Any) -> HttpResponseBase:
    here = request.resolver_match.view_name if request.resolver_match else ""
    tabs = [("pair_list", _("Investors")), ("contact_pair_list", _("Contacts"))]
    return page.answer(
        "investors/pair_list.html",
        title=_("Duplicates"),
        lead=_("Records that may mean the same, the likeliest first. Nothing is merged by itself."),
        may_merge=request.user.may(Act.MERGE),
        is_queue=not request.GET.get("state"),
        many=[reverse(f"investors:{kind}_{act}") for act in ("apart", "merge")],
        tabs=[
            {
                "label": label,
                "address": reverse(f"investors:{name}"),
                "active": here == f"investors:{name}",
                "count": None,
            }
            for name, label in tabs
        ],
        **context,
    )


def _common(user: User) -> list[dict[str, Any]]:
    """Names, domains and numbers that too many records share to pair them, as far as the reader
    sees more than too many of them."""
    visible = Investor.objects.visible_to(user).live()
    samples = CommonKey.objects.filter(
        Exists(visible.filter(pk=OuterRef("sample"))), sample__isnull=False
    )
    found = []
    for key in samples.select_related("sample").order_by("kind", "pk")[:_COMMON_SHOWN]:
        sharing = InvestorKey.objects.filter(value=key.value).values("investor")
        count = visible.filter(pk__in=sharing).count()
        if count > CAP:
            found.append({"kind": key.get_kind_display(), "sample": key.sample, "count": count})
    return found


def _pair(request: StaffRequest, model: Any, ref: str) -> Any:
    return get_object_or_404(model.objects.visible_to(request.user), ref=ref)


@require_POST
@requires(Act.RECORD)
def pair_apart(request: StaffRequest, ref: str) -> HttpResponse:
    return _set_apart(request, _pair(request, InvestorPair, ref))


@require_POST
@requires(Act.RECORD)
def contact_pair_apart(request: StaffRequest, ref: str) -> HttpResponse:
    return _set_apart(request, _pair(request, ContactPair, ref))


def _set_apart(request: StaffRequest, pair: Any) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if form.carry_out(lambda: set_apart(actor=request.user, pair=pair)):
        messages.success(request, _("Remembered: they are not the same."))
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(onward(request, pair))


@require_POST
@requires(Act.RECORD)
def pair_reopen(request: StaffRequest, ref: str) -> HttpResponse:
    return _reopen(request, _pair(request, InvestorPair, ref))


@require_POST
@requires(Act.RECORD)
def contact_pair_reopen(request: StaffRequest, ref: str) -> HttpResponse:
    return _reopen(request, _pair(request, ContactPair, ref))


def _reopen(request: StaffRequest, pair: Any) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if form.carry_out(lambda: reopen_pair(actor=request.user, pair=pair)):
        messages.success(request, _("The pair is to decide again."))
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(onward(request, pair))


@requires(Act.MERGE)
def investor_merge(request: StaffRequest, ref: str) -> HttpResponse:
    """Put an investor beside another that nobody found alike."""
    investor = get_investor(request, ref)
    form = AnotherInvestorForm(request.POST or None, user=request.user, investor=investor)

    def act() -> InvestorPair:
        return pair_by_hand(actor=request.user, one=investor, other=form.cleaned_data["other"])

    if form.carry_out(act):
        return redirect(form.result)
    title = _("Merge %s with another") % investor
    return form_page(request, form, title=title, submit=_("Compare"), back=investor)


@require_safe
@requires(Act.RECORD)
def investor_twins(request: StaffRequest) -> HttpResponse:
    """While a new investor is typed: who on record may be meant, among those one may see."""
    form = TwinSearchForm(request.GET)
    twins = likely_twins(user=request.user, typing=True, **form.asked) if form.is_valid() else []
    response = TemplateResponse(
        request,
        "investors/twins.html",
        {
            "title": _("On record already?"),
            "twins": twins,
            "frame": "region.html" if request.htmx else "base.html",
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response
