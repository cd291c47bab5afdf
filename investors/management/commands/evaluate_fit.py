"""Measure how well the ranking of clusters answers cases with known answers.

``description;mode;accepted`` in a file, the accepted clusters by name with ``|`` between them, or
``none``. A case is hit@k if an accepted cluster is among the first k; *none* is hit if no cluster
is better than weak. Behind each figure: where 95 % of a thousand resamples lie.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clusters.models import Cluster
from investors.fit_measuring import NONE, Bench, Case, Measure, read_cases
from investors.fit_reading import (
    read_clusters,
    read_tables,
    read_vocabulary,
    vocabulary_version,
)

DEFAULT = Path(settings.BASE_DIR) / "tests" / "data" / "fit_cases.csv"
FIGURES = ("hit@1", "hit@3", "MRR", NONE)


class Command(BaseCommand):
    help = "Measure how well the ranking of clusters answers cases with known answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=Path, default=DEFAULT)
        parser.add_argument("--part", choices=["all", "tuned", "held-out"], default="all")
        parser.add_argument("--draws", type=int, default=0, help="see whether the first three stay")

    def handle(self, *args: Any, **options: Any) -> None:
        bench = read_bench()
        try:
            cases = read_cases(options["cases"], bench.names.values())
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        cases = _part(cases, options["part"])
        if not cases:
            raise CommandError("There is no case to measure.")
        measures = bench.measures(cases)
        self._table(measures, len(cases))
        for name, times in sorted(measures[0].misses().items()):
            self.stdout.write(f"  missed by fit: {name} ({times})")
        if options["draws"]:
            share = bench.stability(cases, options["draws"])
            self.stdout.write(
                f"first three the same with weights ± 25 %: {share:.1%} of {options['draws']} draws"
            )

    def _table(self, measures: list[Measure], count: int) -> None:
        self.stdout.write(f"{count} cases · vocabulary {vocabulary_version()}")
        self.stdout.write("method".ljust(16) + "".join(name.ljust(20) for name in FIGURES))
        for each in measures:
            figures = each.figures()
            cells = (_cell(figures.get(name)).ljust(20) for name in FIGURES)
            self.stdout.write(each.name.ljust(16) + "".join(cells).rstrip())


def _cell(figure: tuple[float, float, float] | None) -> str:
    return f"{figure[0]:.3f} ({figure[1]:.2f}-{figure[2]:.2f})" if figure else "-"


def _part(cases: list[Case], part: str) -> list[Case]:
    if part == "all":
        return cases
    return [case for case in cases if case.is_held_out == (part == "held-out")]


def read_bench() -> Bench:
    day = timezone.localdate()
    rows = list(Cluster.objects.offered_in(settings.REFERENCE_YEAR))
    if not rows:
        raise CommandError("This needs the reference data: manage.py load_reference")
    return Bench(
        vocabulary=read_vocabulary(),
        clusters=read_clusters(None, day),
        tables=read_tables(day),
        names={row.slug: row.name for row in rows},
        words={row.slug: " ".join([row.specialty, *row.keywords]) for row in rows},
    )
