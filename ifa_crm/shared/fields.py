"""Model fields used by more than one app."""

import secrets
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import models

from ifa_crm.shared.fold import fold

# Crockford's base 32 in lower case: no i, l, o or u to misread.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
REFERENCE_LENGTH = 8


def new_reference() -> str:
    """A short random reference for addresses: 40 bits, so that gaps betray nothing."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(REFERENCE_LENGTH))


if TYPE_CHECKING:  # the types of Django are generic for the checker only
    _CharField = models.CharField[str, str]
    _TextField = models.TextField[str, str]
else:
    _CharField, _TextField = models.CharField, models.TextField


class ReferenceField(_CharField):
    """The public name of a row, in addresses and fixtures, in place of its key."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {
            "max_length": 12,
            "unique": True,
            "editable": False,
            "default": new_reference,
        }
        super().__init__(**(defaults | kwargs))


class SearchTextField(_TextField):
    """Folded text of a row, filled from ``instance.search_source()`` whenever it is saved."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"blank": True, "default": "", "editable": False}
        super().__init__(**(defaults | kwargs))

    def made(self, instance: Any) -> str:
        """What belongs into the field of this row."""
        return fold(*instance.search_source())

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = self.made(model_instance)
        setattr(model_instance, self.attname, text)
        return text


class CopiedField(_CharField):
    """A value of a row that this one belongs to, so that a list is filtered by an index of its own.

    ``of``: from where, ``"investor.control_country"``. Copied whenever the row is saved; whoever
    changes the original saves the rows below it (``update_fields`` with this one).
    """

    def __init__(self, *, of: str, **kwargs: Any) -> None:
        self.of = of
        defaults: dict[str, Any] = {"blank": True, "default": "", "editable": False}
        super().__init__(**(defaults | kwargs))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"of": self.of}

    def made(self, instance: Any) -> str:
        """What belongs into the field of this row."""
        return str(attrgetter(self.of)(instance) or "")

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.made(model_instance)
        setattr(model_instance, self.attname, value)
        return value
