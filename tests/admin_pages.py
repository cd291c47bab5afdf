"""What the tests of the admin share: pages filled in as a browser shows them, and rows to show."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.db.models import Model
from django.test import Client

from ifa_crm.staff.models import User

Data = dict[str, Any]


@dataclass
class _Form(HTMLParser):
    """The fields of the form that saves a page, with what stands in them."""

    data: Data = field(default_factory=dict)
    _inside: bool = False
    _select: str = ""
    _several: bool = False
    _text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = dict(attrs)
        if tag == "form":
            self._inside = (its.get("id") or "").endswith("_form") and "logout" not in str(its)
        name = its.get("name") or ""
        if not self._inside or "__prefix__" in name or "__prefix__" in self._select:
            return
        if tag == "input":
            self._input(name, its)
        elif tag == "select":
            self._select, self._several = name, "multiple" in its
            self.data[name] = [] if self._several else None
        elif tag == "option" and self._select:
            self._option(its)
        elif tag == "textarea":
            self._text, self.data[name] = name, ""

    def _input(self, name: str, its: dict[str, str | None]) -> None:
        kind = its.get("type") or "text"
        if kind in {"checkbox", "radio"} and "checked" not in its:
            return
        if name and kind not in {"submit", "button", "file"}:
            self.data[name] = its.get("value") or ("on" if kind == "checkbox" else "")

    def _option(self, its: dict[str, str | None]) -> None:
        value = its.get("value") or ""
        if self._several:
            self.data[self._select] += [value] if "selected" in its else []
        elif "selected" in its or self.data[self._select] is None:
            self.data[self._select] = value

    def handle_data(self, text: str) -> None:
        if self._text:
            self.data[self._text] += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._text:
            self.data[self._text] = self.data[self._text].removeprefix("\n")
            self._text = ""


def address(model: type[Model], page: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{page}"


def change_address(row: Model) -> str:
    return address(type(row), f"{row.pk}/change/")


def filled(client: Client, where: str) -> Data:
    """What a browser would send if the page ``where`` were saved as it stands."""
    page = client.get(where)
    assert page.status_code == 200, where
    form = _Form()
    form.feed(page.content.decode())
    return {name: value for name, value in form.data.items() if value is not None}


def send(client: Client, where: str, **typed: Any) -> str:
    """Type into the page and save it; what it says is wrong, empty if it was saved."""
    answer = client.post(where, filled(client, where) | typed)
    if answer.status_code == 302:
        return ""
    assert answer.status_code == 200, answer.status_code
    page = answer.content.decode()
    wrong = [" ".join(each) for each in answer.context["errors"]]
    at = re.findall(r"form-row errors field-(\w+)|fieldBox field-(\w+) errors", page)
    return f"{' '.join(wrong)} at: {' '.join(one or other for one, other in at)}"


def row(prefix: str, after: int, **typed: Any) -> Data:
    """The fields of a new row below a record, after so many others."""
    fields = {f"{prefix}-{after}-{name}": value for name, value in typed.items()}
    return fields | {f"{prefix}-TOTAL_FORMS": str(after + 1)}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
