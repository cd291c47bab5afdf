"""What cells mean that cannot be read: said for all cells of the same text at once."""

from collections.abc import Iterator
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


class CellsForm(HouseForm):
    """For each text what it means; ``rest_N``: the others of column N are left empty."""

    all_empty = forms.CharField(required=False)

    def __init__(self, *args: Any, imported: Import, noun: Noun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.imported, self.noun = imported, noun
        for index, column, texts in self._unread():
            for number, text in enumerate(texts[:TEXTS_SHOWN]):
                self.fields[f"cell_{index}_{number}"] = forms.CharField(
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
        for index, counts in self.imported.unread.items():
            column = self.noun.column(self.imported.mapping.get(index, ""))
            if column is not None:
                texts = [text for text in counts if text != ANY_CELL]
                yield int(index), column, sorted(texts, key=lambda t: (-counts[t], t))

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
                    "field": self[f"cell_{index}_{number}"],
                    "why": self._why(self._values[column.key], index, text),
                }
                for number, text in enumerate(texts[:TEXTS_SHOWN])
            ]
            found.append(
                {
                    "index": index,
                    "heading": self.imported.headings[index],
                    "label": f"{column.group}: {column.label}" if column.group else column.label,
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
            for number, _text in enumerate(texts[:TEXTS_SHOWN]):
                name = f"cell_{index}_{number}"
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
                text: self.cleaned_data[f"cell_{index}_{number}"]
                for number, text in enumerate(texts[:TEXTS_SHOWN])
                if self.cleaned_data.get(f"cell_{index}_{number}")
            }
            empties = self.cleaned_data.get("all_empty") or self.cleaned_data.get(f"rest_{index}")
            if empties and not column.required:
                said[ANY_CELL] = ""
            found[index] = said
        return {index: said for index, said in found.items() if said}
