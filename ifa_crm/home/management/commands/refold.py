"""Fill the folded search text of every row again, where it is not what it should be.

``--check`` only says how many are wrong, and fails if any is.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from ifa_crm.home.refolding import batch_after, refold, searched


class Command(BaseCommand):
    help = "Fill the folded search text of every row again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say how many are wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for model, name in searched():
            batches = _batches(model)
            found = sum(len(refold(batch, name, check=options["check"])) for batch in batches)
            if found and options["verbosity"]:
                self.stdout.write(f"{model._meta.label}.{name}: {found}")
            wrong += found
        if options["check"] and wrong:
            raise CommandError(f"{wrong} rows have a wrong search text. Run manage.py refold.")
        if options["verbosity"]:
            self.stdout.write(f"{wrong} rows refolded.")


def _batches(model: type[Model]) -> Iterator[list[Any]]:
    last = 0
    while batch := batch_after(model, last):
        yield batch
        last = batch[-1].pk
