"""Rows that become one record each: what most nouns need beside their columns."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from ifa_crm.imports.choices import Decision, Outcome, Result
from ifa_crm.imports.nouns import Column, Importer, Line, Twin
from ifa_crm.shared.cleaning import check_new


class RecordImporter(Importer):
    """One row, one record; written by the noun's own service, each in a savepoint."""

    columns: Sequence[Column] = ()

    # --- What a noun says ------------------------------------------------------------------

    @abstractmethod
    def known(self, lines: Sequence[Line]) -> dict[int, Any]:
        """By line, the record that a row names beyond doubt; refuse what names none."""

    @abstractmethod
    def fresh(self, line: Line) -> Any:
        """A new record with the values of a row; refuse what is missing."""

    @abstractmethod
    def save(self, row: Any, line: Line) -> Any:
        """Write a record through the noun's service."""

    def alike(self, lines: Sequence[Line]) -> dict[int, list[Twin]]:
        """By line, the records that look like it."""
        return {}

    def chosen(self, refs: Iterable[str]) -> dict[str, Any]:
        """The records of these references that the person sees."""
        return {}

    def restore(self, row: Any) -> Any:
        return row

    # --- The check -------------------------------------------------------------------------

    def judge(self, lines: Sequence[Line]) -> None:
        known = self.known(lines)
        asked = [line for line in lines if line.number not in known and not line.errors]
        alike = self.alike(asked)
        for line in lines:
            row = known.get(line.number)
            if row is not None:
                changes = self.changes(row, line)
                self._check(line, self._changed(row, changes))
                line.outcome = Outcome.UPDATE if changes else Outcome.UNCHANGED
                line.note = self._note(changes)
            else:
                self._judge_new(line, alike.get(line.number, []))
            if line.errors:
                line.outcome = Outcome.REFUSED

    def _judge_new(self, line: Line, twins: list[Twin]) -> None:
        fresh = self.fresh(line)
        if not line.errors:
            self._check(line, fresh)
        line.twins = twins
        if twins:
            archived = all(twin.kind == "archived" for twin in twins)
            line.outcome = Outcome.ARCHIVED if archived else Outcome.TWIN
        elif line.same_as is not None:
            label = _("Line %(line)d") % {"line": line.same_as}
            line.twins = [Twin("file", f"line:{line.same_as}", label, _("the same in the file"))]
            line.outcome = Outcome.TWIN

    def changes(self, row: Any, line: Line) -> dict[str, Any]:
        """The fields in which a row differs from the record."""
        found = {}
        for name, value in line.values.items():
            if name == "ref" or not hasattr(row, name):
                continue
            there = getattr(row, name)
            is_same = there == value or str(there or "") == str(value or "")
            if not is_same and (self.overwrite or there in (None, "")):
                found[name] = value
        return found

    @staticmethod
    def _changed(row: Any, changes: Mapping[str, Any]) -> Any:
        trial = copy(row)
        for name, value in changes.items():
            setattr(trial, name, value)
        return trial

    def _note(self, changes: Mapping[str, Any]) -> str:
        names = [str(column.label) for column in self.columns if column.key in changes]
        return _("changes %(fields)s") % {"fields": ", ".join(names)} if names else ""

    def _check(self, line: Line, row: Model) -> None:
        try:
            check_new(row)
        except ValidationError as error:
            self._refuse(line, error)

    def _refuse(self, line: Line, error: ValidationError) -> None:
        if not hasattr(error, "error_dict"):
            for sentence in error.messages:
                line.refuse("", sentence)
            return
        for name, errors in error.error_dict.items():
            for each in errors:
                column = "" if name == NON_FIELD_ERRORS else name
                for sentence in each.messages:
                    line.refuse(column or str(each.code or ""), sentence)

    # --- The writing -----------------------------------------------------------------------

    def write(self, lines: Sequence[Line], made: Mapping[str, int]) -> None:
        known = self.known(lines)
        refs = self.chosen(line.chosen for line in lines if line.chosen)
        asked = [
            line
            for line in lines
            if not line.decision and line.number not in known and not line.errors
        ]
        alike = self.alike(asked)
        for line in lines:
            if line.decision == Decision.SKIP or line.chosen.startswith("line:"):
                line.result = Result.SKIPPED
            elif line.number in alike:
                line.outcome, line.twins = Outcome.TWIN, alike[line.number]
            else:
                self._write(line, known.get(line.number) or refs.get(line.chosen))

    def _write(self, line: Line, row: Any) -> None:
        if not line.errors:
            try:
                with transaction.atomic():
                    self._write_row(line, row)
            except PermissionDenied:
                line.refuse("", _("You may not change this record."))
            except ValidationError as error:
                self._refuse(line, error)
        if line.errors:
            line.result = Result.REFUSED
            line.told = "\n".join(dict.fromkeys(self._sentence(*error) for error in line.errors))

    def _sentence(self, key: str, why: str) -> str:
        label = next((str(column.label) for column in self.columns if column.key == key), "")
        return f"{label} - {why}" if label else why

    def _write_row(self, line: Line, row: Any) -> None:
        if row is None:
            made = self.fresh(line)
            if line.errors:
                return
            made = self.save(made, line)
            self.note_created(made)
            line.result, line.principal = Result.CREATED, made.pk
        else:
            made = self._update(line, row)
        line.link = made.get_absolute_url()

    def _update(self, line: Line, row: Any) -> Any:
        changes = self.changes(row, line)
        restored = line.decision == Decision.RESTORE
        if not changes and not restored:
            line.result = Result.UNCHANGED
            return row
        with self.changing(row):
            if restored:
                row = self.restore(row)
            if changes:
                row = self.save(self._changed(row, changes), line)
        line.result, line.told = Result.UPDATED, self._note(changes)
        return row
