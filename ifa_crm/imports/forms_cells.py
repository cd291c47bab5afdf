"""What cells mean that cannot be read: said for all cells of the same text at once."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ifa_crm.imports.models import Import
from ifa_crm.imports.models.importing import ANY_CELL
from ifa_crm.imports.nouns import Column, Noun
from ifa_crm.imports.values import UnreadableError, Value, shown
from ifa_crm.shared.forms import HouseForm

TEXTS_SHOWN: Final = 12  # of a column, the most frequent first


def cell_name(index: int, text: str) -> str:
    """The field of a text. Its place would not do: another check may have moved it meanwhile."""
    return f"cell_{index}_{sha256(text.encode()).hexdigest()[:12]}"


class CellsForm(HouseForm):
    """For each text what it means; ``rest_N``: the others of column N are left empty."""

    all_empty = forms.CharField(required=False)

    def __init__(self, *args: Any, imported: Import, noun: Noun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.imported, self.noun = imported, noun
        for index, column, texts in self._unread():
            for text in texts[:TEXTS_SHOWN]:
                self.fields[cell_name(index, text)] = forms.CharField(
                    label=_("What “%s” means") % shown(text),
                    required=False,
                    max_length=200,
                    widget=forms.TextInput(
                        attrs={"list": f"known-{index}", "class": "form-control form-control-sm"}
                    ),
                )
            if not column.required:
                self.fields[f"rest_{index}"] = forms.BooleanField(
                    label=_("Leave the cells empty of which nothing is said here"), required=False
                )

    def _unread(self) -> Iterator[tuple[int, Column, list[str]]]:
        """The columns with cells that cannot be read, and their texts, the most frequent first."""
        for index in self.imported.unread:
            column = self.noun.column(self.imported.mapping.get(index, ""))
            if column is not None:
                yield int(index), column, self.imported.unread_texts(index)

    @cached_property
    def _values(self) -> Any:
        return self.noun.importer(self.imported.owner).values

    def columns(self) -> list[dict[str, Any]]:
        """What the page shows of each column."""
        found = []
        for index, column, texts in self._unread():
            counts = self.imported.unread[str(index)]
            lines = [
                {
                    "text": shown(text),
                    "n": counts[text],
                    "field": self[cell_name(index, text)],
                    "why": self._why(self._values[column.key], index, text),
                }
                for text in texts[:TEXTS_SHOWN]
            ]
            found.append(
                {
                    "index": index,
                    "heading": self.imported.headings[index],
                    "label": column.full_label,
                    "lines": lines,
                    "n": sum(counts.values()),
                    "others": sum(counts.values()) - sum(counts[t] for t in texts[:TEXTS_SHOWN]),
                    "rest": self[f"rest_{index}"] if f"rest_{index}" in self.fields else None,
                    "known": self._values[column.key].offered(),
                }
            )
        return found

    def _why(self, value: Value, index: int, text: str) -> str:
        try:
            value.clean(text, chosen=self._reading(index))
        except UnreadableError as error:
            return str(error)
        return ""

    def _reading(self, index: int) -> str:
        return self.imported.readings.get(str(index), "")

    def clean(self) -> dict[str, Any]:
        """What is said must be readable itself."""
        cleaned = super().clean() or {}
        for index, column, texts in self._unread():
            for text in texts[:TEXTS_SHOWN]:
                name = cell_name(index, text)
                said = cleaned.get(name)
                if (
                    isinstance(said, str)
                    and said
                    and (why := self._why(self._values[column.key], index, said))
                ):
                    self.add_error(name, why)
        if not self.errors and not any(cleaned.values()):
            raise ValidationError(_("Say of one text at least what it means."), "nothing")
        return cleaned

    @property
    def meanings(self) -> dict[int, dict[str, str]]:
        """What was said, by column and text."""
        found: dict[int, dict[str, str]] = {}
        for index, column, texts in self._unread():
            said = {
                text: self.cleaned_data[cell_name(index, text)]
                for text in texts[:TEXTS_SHOWN]
                if self.cleaned_data.get(cell_name(index, text))
            }
            empties = self.cleaned_data.get("all_empty") or self.cleaned_data.get(f"rest_{index}")
            if empties and not column.required:
                said[ANY_CELL] = ""
            found[index] = said
        return {index: said for index, said in found.items() if said}
