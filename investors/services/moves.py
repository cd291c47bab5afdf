"""What a merge moves, each row noted with what it was, so that it can be undone."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Model

from ifa_crm.work.models import Batch, BatchEntry
from ifa_crm.work.services.undo import note
from ifa_crm.work.undoing import changed, deleted, snapshot


class Moves:
    """Rows that are changed or taken away under ``subject``, the record that is kept."""

    def __init__(self, batch: Batch, subject: Model) -> None:
        self.batch, self.subject = batch, subject
        self._entries: list[BatchEntry | None] = []

    @contextmanager
    def changing(self, row: Model, *names: str) -> Iterator[None]:
        """The fields ``names`` of a locked row change inside; it is saved at the end."""
        before = snapshot(row, names)
        yield
        row.save()
        self._entries.append(changed(row, before, subject=self.subject))

    def remove(self, row: Model) -> None:
        """What would stand there twice."""
        self._entries.append(deleted(row, subject=self.subject))
        row.delete()

    def write(self) -> int:
        return note(batch=self.batch, entries=self._entries)
