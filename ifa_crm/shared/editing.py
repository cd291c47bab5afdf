"""The tools of views that write: so that every one of them reads alike.

@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def organisation_edit(request, ref):
    organisation = locked(request, Organisation.objects.visible_to(request.user), ref=ref)
    form = OrganisationForm(request.POST or None, instance=organisation)
    if form.carry_out(form.save):
        messages.success(request, _("Saved."))
        return redirect(organisation)
    return form_page(request, form, title=_("Edit %s") % organisation, back=organisation)
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from ifa_crm.shared.combobox import OFFERED, find_folded

M = TypeVar("M", bound=Model)
FAILED = 422
_SLOT = re.compile(r"[A-Za-z][\w-]{0,60}")


def locked(request: HttpRequest, rows: "QuerySet[M]", **lookup: Any) -> M:
    """The row, or 404. While a form is being sent it is locked until the transaction ends,
    so that what :class:`~ifa_crm.shared.clash.ClashMixin` compares with cannot change."""
    found = get_object_or_404(rows, **lookup)
    if request.method != "POST":
        return found
    mine = type(found)._base_manager.select_for_update(of=("self",))
    again: M = mine.get(pk=found.pk)
    return again


def onward(request: HttpRequest, default: Any) -> str:
    """Where to go after an act: the page that sent ``next`` along, else ``default``."""
    return _sent_along(request) or resolve_url(default)


def _sent_along(request: HttpRequest) -> str:
    """The address in ``next``, of the form or of the page that led to it, if it is ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else ""


def form_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: str,
    submit: str = "",
    back: Any = None,
    template: str = "form.html",
    **context: Any,
) -> TemplateResponse:
    """The form to fill in; 422 with everything typed kept when it has just failed.

    ``back``: where "Cancel" leads (a record, a URL name or an address). ``intro`` in the context
    is a sentence above the form; ``danger=True`` makes the button red.
    """
    shown = {
        "form": form,
        "title": title,
        "submit": submit or _("Save"),
        "back": _sent_along(request) or (resolve_url(back) if back is not None else ""),
        "sent_along": _sent_along(request),
    }
    failed = form.is_bound and bool(form.errors)
    return TemplateResponse(request, template, shown | context, status=FAILED if failed else 200)


def in_place(
    request: HttpRequest, form: BaseForm, *, template: str, part: str, **context: Any
) -> TemplateResponse:
    """A form to fill in, as a page; for htmx ``part`` alone, in the place that sent for it.

    The place is named by ``slot`` (the id of an element of the page), which the part sends along,
    with ``next``: where the page goes on, and ``region``: what htmx swaps once it is done.
    """
    asked = request.POST or request.GET
    sent = {name: asked.get(name, "") for name in ("next", "region", "slot")}
    is_part = bool(request.headers.get("HX-Request") and _SLOT.fullmatch(sent["slot"]))
    response = form_page(
        request, form, template=part if is_part else template, **context, onward=sent
    )
    if is_part:
        response["HX-Retarget"] = f"#{sent['slot']}"
        response["HX-Reswap"] = "innerHTML"
    patch_vary_headers(response, ["HX-Request"])
    return response


def say_with_link(request: HttpRequest, sentence: str, to: Any, label: str) -> None:
    """Say what was done, with a link to it or to where it can be taken back."""
    words = format_html('{} <a href="{}">{}</a>', sentence, resolve_url(to), label)
    messages.success(request, words)


def confirm_page(request: HttpRequest, form: BaseForm, **kwargs: Any) -> TemplateResponse:
    """A question with one button, and a reason if the form asks for one. As :func:`form_page`."""
    return form_page(request, form, **{"template": "confirm.html"} | kwargs)


def options(
    request: HttpRequest,
    rows: "QuerySet[Any]",
    *,
    note: "Callable[[Any], str]" = lambda row: "",
    key: str = "ref",
) -> JsonResponse:
    """What a combobox offers for ``?q=``: at most 20, and whether there are more.

    ``rows`` must hold only what the person may see; ``note`` is small print beside a label.
    """
    text = request.GET.get("q", "").strip()
    found = list((find_folded(rows, text) if text else rows)[: OFFERED + 1])
    offered = [
        {"key": str(getattr(row, key)), "label": str(row), "note": str(note(row))}
        for row in found[:OFFERED]
    ]
    return JsonResponse({"options": offered, "more": len(found) > OFFERED})
