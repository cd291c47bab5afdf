"""Model fields used by more than one app."""

import secrets
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

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = fold(*model_instance.search_source())  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, text)
        return text
