"""Folded search texts and copied values that are not what they should be: found, and put right.

Needed after a change of the folding rules, or of rows that were written past the models
(``update()``, SQL). ``manage.py refold`` and a background job do the same.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.fields import CopiedField, SearchTextField
from ifa_crm.staff.roles import Act
from ifa_crm.work.registry import Kind, register_kind
from ifa_crm.work.running import JobRun

BATCH: Final = 1000


def searched() -> Iterator[tuple[type[Model], str]]:
    """Every model with a folded text, or a value copied from another row, and that field's name."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SearchTextField | CopiedField):
                yield model, field.name


def batch_after(model: type[Model], last: int) -> list[Any]:
    """Rows in order of their key, with the rows that they belong to."""
    rows = model._base_manager.select_related().filter(pk__gt=last).order_by("pk")
    return list(rows[:BATCH])


def refold(batch: list[Any], name: str, *, check: bool = False) -> list[Any]:
    """The rows of ``batch`` that were wrong; put right unless ``check``."""
    wrong = []
    for row in batch:
        field: Any = row._meta.get_field(name)
        text = field.made(row)
        if getattr(row, name) != text:
            setattr(row, name, text)
            wrong.append(row)
    if wrong and not check:
        type(wrong[0])._base_manager.bulk_update(wrong, [name], batch_size=200)
    return wrong


def run_refold(run: JobRun) -> None:
    """Batch by batch, so that it can be stopped; the result counts what was put right."""
    models = {f"{model._meta.label}.{name}": (model, name) for model, name in searched()}
    total = sum(model._base_manager.count() for model, _name in models.values())
    for label, (model, name) in models.items():
        while not run.cursor.get("over", {}).get(label):
            with run.stage() as stage:
                last = stage.cursor.setdefault("last", {}).get(label, 0)
                batch = batch_after(model, last)
                wrong = refold(batch, name)
                counts = stage.cursor.setdefault("wrong", {})
                counts[label] = counts.get(label, 0) + len(wrong)
                stage.cursor["last"] |= {label: batch[-1].pk if batch else last}
                stage.cursor["over"] = stage.cursor.get("over", {}) | {label: len(batch) < BATCH}
                stage.done += len(batch)
                stage.total = max(total, stage.done)  # rows may come while it runs
                stage.note = _("%(n)d put right") % {"n": sum(counts.values())}
    run.keep_result("search-texts.csv", _table(run.cursor["wrong"]))


def _table(wrong: dict[str, int]) -> bytes:
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(["field", "put right"])
    table.writerows(sorted(wrong.items()))
    return written.getvalue().encode("utf-8-sig")


def register() -> None:
    register_kind(
        Kind(
            key="refold",
            label=gettext_lazy("Make search texts anew"),
            run=run_refold,
            explanation=gettext_lazy(
                "Goes through every record and puts right what the search cannot find. People may "
                "go on working meanwhile."
            ),
            offered_to=Act.ADMINISTER,
        )
    )
