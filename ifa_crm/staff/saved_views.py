"""Saved views: an address with a name, offered where its list is shown."""

from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from ifa_crm.shared.extend import OfferedView, OfferedViews
from ifa_crm.shared.refusals import refusal
from ifa_crm.shared.standing_queries import Given, standing
from ifa_crm.staff.choices import Layout
from ifa_crm.staff.decorators import StaffRequest
from ifa_crm.staff.models import DefaultView, SavedView, User

PASSING = {"page", "more", "all", "sums", "csrfmiddlewaretoken"}  # no part of a view


def tidy(query: str) -> str:
    """The parameters that a view keeps, in one order, so that two can be compared."""
    parts = parse_qsl(query)
    return urlencode(sorted(p for p in parts if p[0] not in PASSING and p[0][:5] != "show_"))


def family(url_name: str) -> tuple[str, Layout]:
    """The list that a URL name shows, and how: a board is a layout of its list."""
    if url_name.endswith("_board"):
        return url_name.removesuffix("_board") + "_list", Layout.BOARD
    return url_name, Layout.LIST


def offered(request: StaffRequest, url_name: str, query: str) -> OfferedViews:
    """What the list offers its reader: one query."""
    list_name, layout = family(url_name)
    views = list(standing("saved views", _of_list, Given.by(request.user, list_name)))
    now = tidy(query)
    default = next((view for view in views if view.is_default), None)
    asked = urlencode({"list": url_name, "query": now})
    return OfferedViews(
        views=tuple(
            OfferedView(
                name=view.name,
                address=view.address,
                is_here=(view.layout, view.query) == (layout, now),
                is_default=view.is_default,
                is_shared=view.office_id is not None,
            )
            for view in views
        ),
        opening=default.address if default else "",
        save=f"{reverse('staff:view_create')}?{asked}",
        manage=f"{reverse('staff:view_list')}?{asked}",
    )


def _of_list(given: Given) -> "QuerySet[SavedView]":
    rows = SavedView.objects.offered_to(given.reader).with_default_of(given.reader)
    return rows.filter(list_name=given.keys[0])


@transaction.atomic
def save_view(
    *,
    actor: User,
    url_name: str,
    query: str,
    name: str,
    is_shared: bool = False,
    is_default: bool = False,
) -> SavedView:
    """Give a name to what a list shows; for everybody in the office of ``actor`` if shared."""
    list_name, layout = family(url_name)
    try:
        reverse(url_name)
    except NoReverseMatch:
        raise refusal("name", _("There is no such list."), "no_list") from None
    view = SavedView(author=actor, list_name=list_name, layout=layout, query=tidy(query))
    return _write(view, actor, name, is_shared, is_default)


@transaction.atomic
def change_view(
    *,
    actor: User,
    view: SavedView,
    name: str,
    is_shared: bool,
    is_default: bool,
    query: str | None = None,
    url_name: str = "",
) -> SavedView:
    """Rename it, share it, or let it show something else (``query`` of ``url_name``)."""
    view = SavedView.objects.select_for_update(of=("self",)).get(pk=view.pk)
    if query is not None and family(url_name)[0] == view.list_name:
        view.layout, view.query = family(url_name)[1], tidy(query)
    return _write(view, actor, name, is_shared, is_default)


def _write(view: SavedView, actor: User, name: str, is_shared: bool, is_default: bool) -> SavedView:
    view.name = name
    if not is_shared:
        view.office = None
    elif view.office_id is None:
        view.office = view.author.office
    if is_shared and view.office_id is None:
        raise refusal("is_shared", _("Whoever has no office cannot share with it."), "no_office")
    view.full_clean()
    view.save()
    if not is_shared:  # it is not theirs any more
        view.defaults.exclude(user=view.author).delete()
    set_default(actor=actor, view=view, is_default=is_default)
    return view


@transaction.atomic
def set_default(*, actor: User, view: SavedView, is_default: bool) -> None:
    """Let ``actor`` open the list with this view, or no longer."""
    if is_default:
        DefaultView.objects.update_or_create(
            user=actor, list_name=view.list_name, defaults={"view": view}
        )
    else:
        DefaultView.objects.filter(user=actor, view=view).delete()


@transaction.atomic
def delete_view(*, view: SavedView) -> None:
    """It goes, and is nobody's default any more."""
    view.delete()
