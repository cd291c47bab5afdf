"""A file is chosen, its columns are named, duplicates are decided."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ifa_crm.imports import sniffing
from ifa_crm.imports.choices import FileKind
from ifa_crm.imports.mapping import unreadable_samples
from ifa_crm.imports.models import Import
from ifa_crm.imports.nouns import Importer, Noun
from ifa_crm.imports.services.files import sample
from ifa_crm.imports.spreadsheets import sheets_of
from ifa_crm.imports.values import is_blank, shown
from ifa_crm.shared.forms import HouseForm

SHOWN = 3  # sample values beside a column


class UploadForm(HouseForm):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, up to 20 MB. The headings stand above the rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"empty": _("The file is empty. Choose the one that holds the rows.")},
    )


class ReadingForm(HouseForm):
    """How the file is read: found out, and changeable."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=sniffing.ENCODINGS)
    delimiter = forms.ChoiceField(label=_("Sign between the cells"), choices=sniffing.DELIMITERS)
    sheet = forms.ChoiceField(label=_("Sheet"))
    groups = [(None, [("encoding", "delimiter"), "sheet"])]

    def __init__(self, *args: Any, imported: Import, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(imported, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if imported.kind == FileKind.CSV:
            del self.fields["sheet"]
            return
        del self.fields["encoding"], self.fields["delimiter"]
        with imported.file.open("rb") as file:
            self.fields["sheet"].choices = [(name, name) for name in sheets_of(file)]


class ColumnsForm(HouseForm):
    """For each column of the file what it holds, and how values of two meanings are read."""

    overwrite = forms.BooleanField(
        label=_("Values of the file replace those on record"),
        required=False,
        help_text=_(
            "Otherwise only what is not recorded yet is filled in. An empty cell changes nothing."
        ),
    )
    keep_as = forms.CharField(
        label=_("Keep these columns as"),
        max_length=80,
        required=False,
        help_text=_("A name, such as the fair or system that the files come from."),
    )

    forget = forms.BooleanField(
        label=_("Forget what was said about cells that cannot be read"), required=False
    )

    def __init__(self, *args: Any, imported: Import, noun: Noun, **kwargs: Any) -> None:
        kwargs["initial"] = {"overwrite": imported.overwrite}
        super().__init__(*args, **kwargs)
        if not imported.meanings:
            del self.fields["forget"]
        self.imported, self.noun = imported, noun
        for index, heading in enumerate(imported.headings):
            self.fields[f"column_{index}"] = self._column_field(heading, str(index))
            readings = self._readings(index)
            if readings:
                self.fields[f"reading_{index}"] = self._reading_field(heading, str(index), readings)

    def _column_field(self, heading: str, index: str) -> forms.ChoiceField:
        return forms.ChoiceField(
            label=heading,
            choices=self._choices,
            required=False,
            initial=self.imported.mapping.get(index, ""),
            widget=forms.Select(attrs={"class": "form-select"}),
        )

    def _reading_field(self, heading: str, index: str, readings: Any) -> forms.ChoiceField:
        return forms.ChoiceField(
            label=_("How “%s” is read") % heading,
            choices=[("", _("Say for me where it is clear")), *readings],
            required=False,
            initial=self.imported.readings.get(index, ""),
            widget=forms.Select(attrs={"class": "form-select"}),
        )

    def _readings(self, index: int) -> Any:
        key = self.imported.mapping.get(str(index), "")
        if self.is_bound:
            key = self.data.get(f"column_{index}", key)
        value = self.importer.values.get(key)
        return value.readings if value is not None else ()

    @cached_property
    def importer(self) -> Importer:
        return self.noun.importer(self.imported.owner)

    @cached_property
    def _choices(self) -> list[Any]:
        groups: dict[str, list[tuple[str, str]]] = {}
        for column in self.noun.columns():
            label = str(column.label)
            label = label[:1].upper() + label[1:]
            mark = " *" if column.required else ""
            groups.setdefault(str(column.group), []).append((column.key, f"{label}{mark}"))
        return [("", _("Do not import")), *groups.items()]

    @cached_property
    def _body(self) -> list[list[Any]]:
        return sample(self.imported)

    def lines(self) -> list[dict[str, Any]]:
        """What the page shows of each column."""
        found = []
        for index, heading in enumerate(self.imported.headings):
            cells = [row[index] for row in self._body if index < len(row)]
            cells = [cell for cell in cells if not is_blank(cell)]
            reading = f"reading_{index}"
            key = self[f"column_{index}"].value() or ""
            how = self[reading].value() if reading in self.fields else ""
            found.append(
                {
                    "heading": heading,
                    "samples": list(dict.fromkeys(shown(cell) for cell in cells))[:SHOWN],
                    "column": self[f"column_{index}"],
                    "reading": self[reading] if reading in self.fields else None,
                    "doubts": unreadable_samples(self.importer, key, cells, how or ""),
                }
            )
        return found

    @property
    def mapping(self) -> dict[int, str]:
        return self._picked("column_")

    @property
    def readings(self) -> dict[int, str]:
        return self._picked("reading_")

    def _picked(self, prefix: str) -> dict[int, str]:
        return {
            int(name.removeprefix(prefix)): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value
        }


class DecisionForm(HouseForm):
    """One row, or all of a kind."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(key, key) for key in ("same", "new", "restore", "skip")],
    )
    chosen = forms.CharField(max_length=12, required=False)
    kind = forms.CharField(max_length=20, required=False)
