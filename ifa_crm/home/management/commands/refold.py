"""Fill the folded search text of every row again, where it is not what it should be.

Needed after a change of the folding rules, or of rows that were written past the models
(``update()``, SQL). ``--check`` only says how many are wrong, and fails if any is.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from ifa_crm.shared.fields import SearchTextField
from ifa_crm.shared.fold import fold

BATCH = 1000


class Command(BaseCommand):
    help = "Fill the folded search text of every row again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say how many are wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for model, name in searched():
            found = sum(_refold(batch, name, options["check"]) for batch in _batches(model))
            if found and options["verbosity"]:
                self.stdout.write(f"{model._meta.label}: {found}")
            wrong += found
        if options["check"] and wrong:
            raise CommandError(f"{wrong} rows have a wrong search text. Run manage.py refold.")
        if options["verbosity"]:
            self.stdout.write(f"{wrong} rows refolded.")


def searched() -> Iterator[tuple[type[Model], str]]:
    """Every model with a folded text, and the name of that field."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SearchTextField):
                yield model, field.name


def _batches(model: type[Model]) -> Iterator[list[Any]]:
    """All rows in order of their key, with the rows that they belong to."""
    last = 0
    while True:
        rows = model._base_manager.select_related().filter(pk__gt=last).order_by("pk")
        batch = list(rows[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


def _refold(batch: list[Any], name: str, check: bool) -> int:
    """How many rows of ``batch`` were wrong; put right unless ``check``."""
    wrong = []
    for row in batch:
        text = fold(*row.search_source())
        if getattr(row, name) != text:
            setattr(row, name, text)
            wrong.append(row)
    if wrong and not check:
        type(wrong[0])._base_manager.bulk_update(wrong, [name], batch_size=200)
    return len(wrong)
