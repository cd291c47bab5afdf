"""Load what the program needs to run: roles, offices, sectors, regions, the 66 clusters …

Run at every upgrade. A row that is there already, found by its natural key, is left as it is,
because the desk may have put it right since; ``--overwrite`` sets the fields that the fixture
states back to the fixture's value. Nothing is deleted, and nothing appears twice.
"""

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from auditlog.context import disable_auditlog
from django.conf import settings
from django.core import serializers
from django.core.management.base import BaseCommand
from django.db import IntegrityError, transaction
from django.db.models import Field, Model

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "reference"

# Rows that say which sectors, regions … a record has. They come with a record that is new; on
# one that was there the desk may have taken them away, and they stay away.
COME_WITH = {
    "clusters.clustersector": "cluster",
    "clusters.clusterregion": "cluster",
    "clusters.clustertopic": "cluster",
    "clusters.projectcluster": "project",
    "clusters.topicsector": "topic",
    "clusters.topicwords": "topic",
    "staff.workinghours": "office",
}


class Command(BaseCommand):
    help = "Load the reference data; rows that are there already stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--overwrite",
            action="store_true",
            help="set existing rows back to what the reference data says",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        loader = Loader(overwrite=options["overwrite"])
        with transaction.atomic(), disable_auditlog():
            for path in sorted(FOLDER.glob("*.json")):
                for record in json.loads(path.read_text(encoding="utf-8")):
                    loader.load(record)
        for conflict in loader.conflicts:
            self.stderr.write(conflict)
        if options["verbosity"]:
            done = ", ".join(f"{count} {what}" for what, count in sorted(loader.counts.items()))
            self.stdout.write(f"Reference data: {done}.")


class Loader:
    """Loads one record after another and remembers which ones are new."""

    def __init__(self, *, overwrite: bool) -> None:
        self.overwrite = overwrite
        self.new: set[tuple[type[Model], Any]] = set()
        self.counts: Counter[str] = Counter()
        self.conflicts: list[str] = []

    def load(self, record: dict[str, Any]) -> None:
        row = next(iter(serializers.deserialize("python", [record]))).object
        if row.pk is None:
            self.counts[self._add(row, record)] += 1
        elif self.overwrite:
            self.counts[_set_back(row, record)] += 1
        else:
            self.counts["kept"] += 1

    def _add(self, row: Model, record: dict[str, Any]) -> str:
        owner = COME_WITH.get(record["model"])
        if owner and not self.overwrite:
            owned_by = row._meta.get_field(owner).related_model, getattr(row, f"{owner}_id")
            if owned_by not in self.new:
                return "kept away"
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            self.conflicts.append(f"Left out {record['model']} “{row}”: {error}")
            return "left out"
        self.new.add((type(row), row.pk))
        return "added"


def _set_back(row: Model, record: dict[str, Any]) -> str:
    """Give an existing row the fields that the fixture states; others, such as the desk officer
    and the date of the last check, are the desk's own."""
    stated = [row._meta.get_field(name) for name in record["fields"]]
    names = [f.attname for f in stated if isinstance(f, Field) and not f.many_to_many]
    stored = type(row)._base_manager.get(pk=row.pk)
    changed = [name for name in names if getattr(stored, name) != getattr(row, name)]
    if not changed:
        return "kept"
    for name in changed:
        setattr(stored, name, getattr(row, name))
    stored.save()
    return "set back"
