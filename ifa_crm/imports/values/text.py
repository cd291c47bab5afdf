"""Readers of text: names, addresses, identifiers."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from import_export import widgets

from ifa_crm.imports.values.base import UnreadableError, Value, shown, without_zero


class Text(Value, widgets.CharWidget):
    """Words on one line, or on several."""

    def __init__(self, *, most: int = 0, lines: bool = False) -> None:
        super().__init__()
        self.most, self.lines = most, lines

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = widgets.CharWidget.clean(self, without_zero(value))
        text = text.strip() if self.lines else " ".join(text.split())
        if self.most and len(text) > self.most:
            raise UnreadableError(
                _("It has %(n)d characters; at most %(most)d are kept. Shorten it.")
                % {"n": len(text), "most": self.most}
            )
        return text


class Email(Text):
    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = super().clean(value).strip("<>;,. ").removeprefix("mailto:")
        try:
            validate_email(text)
        except ValidationError as error:
            raise UnreadableError(
                _("“%(cell)s” is not an e-mail address.") % {"cell": shown(value)}
            ) from error
        return text


class Phone(Text):
    """A number as it is written; one that lost its + to the spreadsheet keeps its digits."""

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = super().clean(value)
        if sum(character.isdigit() for character in text) < 4:
            raise UnreadableError(_("“%(cell)s” is not a phone number.") % {"cell": shown(value)})
        return text


class Website(Text):
    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = super().clean(value)
        if " " in text or "." not in text.strip("."):
            raise UnreadableError(_("“%(cell)s” is not a web address.") % {"cell": shown(value)})
        return text


class Squeezed(Text):
    """An identifier, pasted as it is printed, in groups."""

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        return "".join(super().clean(value).split()).upper()
