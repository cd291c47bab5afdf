"""Saved views: an address with a name; personal or an office’s; one’s default; who mends them."""

from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from ifa_crm.staff.choices import Layout
from ifa_crm.staff.models import DefaultView, SavedView, User
from ifa_crm.staff.saved_views import change_view, delete_view, save_view, set_default, tidy
from investors.choices import Confidential
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

LEADS = "investors:lead_list"
QUERY = "cols=lead%2Cowner&sort=next&status=active"


@pytest.fixture
def office_adviser(adviser: User) -> User:
    adviser.office = make.office()
    adviser.save()
    return adviser


@pytest.fixture
def neighbour(office_adviser: User) -> User:
    return make.user(office=office_adviser.office)


def view(actor: User, name: str = "Active", **fields: object) -> SavedView:
    given = {"url_name": LEADS, "query": QUERY} | fields
    return save_view(actor=actor, name=name, **given)  # type: ignore[arg-type]


# --- services --------------------------------------------------------------------------------


def test_view_keeps_filter_sort_columns_and_layout_but_no_page(adviser: User) -> None:
    saved = view(
        adviser, query=f"status=active&page=3&more=1&all=1&sums=1&show_received=30&{QUERY}"
    )
    assert saved.query == tidy(f"{QUERY}&status=active")
    assert saved.address == f"/leads/?{saved.query}"
    board = view(adviser, "Board", url_name="investors:lead_board", query="mine=1")
    assert (board.list_name, board.layout) == (LEADS, Layout.BOARD)
    assert board.address == "/leads/board/?mine=1"
    assert view(adviser, "Everything", query="").address == "/leads/?all=1"


def test_name_is_unique_for_its_owner_and_list_whatever_its_case(
    office_adviser: User, neighbour: User
) -> None:
    view(office_adviser, "Hot")
    with pytest.raises(ValidationError):
        view(office_adviser, "HOT")
    view(office_adviser, "Hot", url_name="clusters:cluster_list", query="")
    view(neighbour, "Hot")
    view(office_adviser, "Hot", is_shared=True)
    with pytest.raises(ValidationError):
        view(neighbour, "hot", is_shared=True)


@pytest.mark.parametrize("is_shared", [False, True])
def test_database_holds_the_name_unique(office_adviser: User, is_shared: bool) -> None:
    saved = view(office_adviser, is_shared=is_shared)
    saved.pk = None
    saved.ref = "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        saved.save()


def test_list_must_exist_and_sharing_needs_an_office(adviser: User) -> None:
    with pytest.raises(ValidationError) as refused:
        view(adviser, url_name="nowhere:list")
    assert refused.value.error_dict["name"][0].code == "no_list"
    with pytest.raises(ValidationError) as refused:
        view(adviser, is_shared=True)
    assert refused.value.error_dict["is_shared"][0].code == "no_office"


def test_one_default_a_list_and_it_goes_with_its_view(adviser: User) -> None:
    first = view(adviser, "First", is_default=True)
    second = view(adviser, "Second", is_default=True)
    assert DefaultView.objects.get(user=adviser).view == second
    set_default(actor=adviser, view=first, is_default=False)  # was none any more
    assert DefaultView.objects.get(user=adviser).view == second
    delete_view(view=second)
    assert not DefaultView.objects.exists()


def test_view_that_is_shared_no_more_is_nobody_elses_default(
    office_adviser: User, neighbour: User
) -> None:
    saved = view(office_adviser, is_shared=True, is_default=True)
    set_default(actor=neighbour, view=saved, is_default=True)
    change_view(actor=office_adviser, view=saved, name="Mine", is_shared=False, is_default=True)
    assert [default.user for default in DefaultView.objects.all()] == [office_adviser]


def test_view_can_be_made_to_show_something_else(adviser: User) -> None:
    saved = view(adviser)
    changed = change_view(
        actor=adviser,
        view=saved,
        name="Renamed",
        is_shared=False,
        is_default=False,
        query="mine=1",
        url_name="investors:lead_board",
    )
    assert (changed.name, changed.address) == ("Renamed", "/leads/board/?mine=1")


# --- who sees and mends ----------------------------------------------------------------------


def test_an_office_shares_its_views_and_nobody_elses(
    office_adviser: User, neighbour: User, colleague: User, manager: User
) -> None:
    own, shared = view(office_adviser, "Own"), view(office_adviser, "Shared", is_shared=True)
    assert set(SavedView.objects.offered_to(office_adviser)) == {own, shared}
    assert set(SavedView.objects.offered_to(neighbour)) == {shared}
    assert not SavedView.objects.visible_to(colleague).exists()
    assert set(SavedView.objects.visible_to(manager)) == {shared}
    assert not SavedView.objects.offered_to(manager).exists()
    mends = {user: shared.may_be_edited_by(user) for user in (office_adviser, neighbour, manager)}
    assert mends == {office_adviser: True, neighbour: False, manager: True}
    assert not own.may_be_edited_by(manager)


def test_views_of_an_office_stay_when_their_author_leaves(
    office_adviser: User, neighbour: User, as_user: SignIn
) -> None:
    shared = view(office_adviser, "Kept", is_shared=True)
    User.objects.filter(pk=office_adviser.pk).update(is_active=False)
    assert "Kept" in as_user(neighbour).get("/leads/").content.decode()
    assert as_user(neighbour).get(f"/views/{shared.ref}/")["Location"] == shared.address


@pytest.mark.parametrize("name", ["open", "edit", "default", "delete"])
def test_strangers_find_no_view(
    office_adviser: User, neighbour: User, colleague: User, as_user: SignIn, name: str
) -> None:
    path = "" if name == "open" else f"{name}/"
    own, shared = view(office_adviser, "Own"), view(office_adviser, "Shared", is_shared=True)
    method = "post" if name == "default" else "get"
    assert getattr(as_user(colleague), method)(f"/views/{shared.ref}/{path}").status_code == 404
    assert getattr(as_user(neighbour), method)(f"/views/{own.ref}/{path}").status_code == 404
    answer = getattr(as_user(neighbour), method)(f"/views/{shared.ref}/{path}")
    assert answer.status_code == (403 if name in {"edit", "delete"} else 302)


# --- pages -----------------------------------------------------------------------------------


def test_what_is_shown_is_saved_and_offered_in_the_list(adviser: User, as_user: SignIn) -> None:
    client: Client = as_user(adviser)
    shown = client.get(f"/leads/?{QUERY}&page=1")
    save = shown.context["page"].saved.save
    form = client.get(save).context["form"]
    assert form["query"].value() == tidy(QUERY)
    answer = client.post(
        save, {"name": "My hot ones", "list": LEADS, "query": form["query"].value()}
    )
    assert answer["Location"] == f"/leads/?{tidy(QUERY)}"
    again = client.get(f"/leads/?{QUERY}")
    assert again.context["page"].saved.here.name == "My hot ones"
    assert "Save what is shown" not in again.content.decode()
    elsewhere = client.get("/leads/?status=lost")
    assert elsewhere.context["page"].saved.here is None
    assert "My hot ones" in elsewhere.content.decode()
    assert "My hot ones" in client.get("/leads/board/?all=1").content.decode()


def test_default_opens_the_list_and_show_all_escapes_it(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    saved = view(adviser, is_default=True)
    assert client.get("/leads/")["Location"] == saved.address
    everything = client.get("/leads/?all=1")
    assert everything.status_code == 200
    assert everything.context["page"].clear_address == "/leads/?all=1"
    assert client.get("/leads/", headers={"HX-Request": "true"}).status_code == 200
    client.post(f"/views/{saved.ref}/default/")
    assert client.get("/leads/").status_code == 200


def test_default_with_another_layout_opens_that(adviser: User, as_user: SignIn) -> None:
    saved = view(adviser, url_name="investors:lead_board", query="mine=1", is_default=True)
    for path in ("/leads/", "/leads/board/"):
        assert as_user(adviser).get(path)["Location"] == saved.address


def test_shared_link_shows_what_its_reader_may_see(
    office_adviser: User, neighbour: User, as_user: SignIn
) -> None:
    make.lead(owner=office_adviser, title="Open one")
    make.lead(owner=office_adviser, title="Hidden one", confidential=Confidential.YES)
    saved = view(office_adviser, is_shared=True)
    assert "Hidden one" in as_user(office_adviser).get(saved.address).content.decode()
    seen = as_user(neighbour).get(saved.address).content.decode()
    assert "Open one" in seen
    assert "Hidden one" not in seen


def test_view_whose_filter_no_longer_parses_shows_its_error(adviser: User, as_user: SignIn) -> None:
    saved = view(adviser, query="owner=somebody.gone")
    page = as_user(adviser).get(saved.address).context["page"]
    assert page.problems
    assert page.objects == []


def test_views_are_mended_and_deleted_deliberately(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    saved = view(adviser)
    asked = urlencode({"list": "investors:lead_board", "query": "mine=1"})
    edit = f"/views/{saved.ref}/edit/?{asked}"
    assert client.get(edit).status_code == 200
    data = {"name": "Board", "list": "investors:lead_board", "query": "mine=1", "replace": "on"}
    assert client.post(edit, data)["Location"] == "/leads/board/?mine=1"
    assert client.post(edit, data | {"name": ""}).status_code == 422
    client.get(f"/views/{saved.ref}/delete/")
    assert SavedView.objects.filter(pk=saved.pk).exists()
    client.post(f"/views/{saved.ref}/delete/")
    assert not SavedView.objects.filter(pk=saved.pk).exists()
    assert client.get("/views/").status_code == 200


def test_no_office_no_sharing_is_offered(adviser: User, as_user: SignIn) -> None:
    assert "is_shared" not in as_user(adviser).get("/views/new/").context["form"].fields


@pytest.mark.parametrize("rows", [1, 20])
def test_list_of_views_asks_the_same_number_of_queries(
    adviser: User, as_user: SignIn, django_assert_num_queries: object, rows: int
) -> None:
    for n in range(rows):
        view(adviser, f"View {n}")
    client = as_user(adviser)
    client.get("/views/")
    with django_assert_num_queries(3):  # type: ignore[operator]
        client.get("/views/")
