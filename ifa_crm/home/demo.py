"""The demo data: invented companies and people, told around a Monday.

The files of ``fixtures/demo`` can be loaded as they are; :func:`shift` moves their rows by whole
weeks, so that weekdays stay and what is due this week is due this week. A time moves by the clock
on the wall of its place: a meeting at 10:00 in Paris stays at 10:00 when the clocks have changed.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db.models import DateField, F, Model, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.formats import date_format

from clusters.models import CallCondition, Cluster, ClusterFact, ProjectCluster
from investors.briefing import as_text, from_json
from investors.choices import ActionKind
from investors.clocks import Calendars
from investors.models import Action, Briefing, Interaction, LeadLog
from investors.services.clocks import rewind, wind
from meetings.models import Booking

FOLDER: Final = Path(settings.BASE_DIR) / "fixtures" / "demo"
ANCHOR: Final = dt.date(2026, 11, 9)  # the Monday that is "today" in the files
PARIS: Final = ZoneInfo("Europe/Paris")
EASTERNMOST: Final = ZoneInfo("Asia/Tokyo")  # of the offices: where Monday begins first
# Their dates are facts about the world: label dates, not moments of the story.
KEPT: Final[frozenset[type[Model]]] = frozenset({Cluster})
# How rows whose key is made of others are found.
NAMED_BY: Final[dict[type[Model], tuple[str, ...]]] = {
    Cluster: ("slug",),
    ClusterFact: ("cluster__slug", "field"),
    ProjectCluster: ("project__ref", "cluster__slug"),
    CallCondition: ("call__ref", "order"),
}
# A field that a row has, and the way from there to the zone that tells its times.
CLOCKS: Final = {
    "time_zone": "time_zone",  # of a meeting or a member of staff
    "meeting": "meeting__time_zone",
    "lead": "lead__office__time_zone",
    "shortlisting": "shortlisting__lead__office__time_zone",
    "engagement": "engagement__lead__office__time_zone",
    "next_due": "office__time_zone",  # of a lead
}
# What else of a row tells a day.
TELLING: Final[dict[type[Model], list[str]]] = {Action: ["what"], Briefing: ["content", "text"]}
BATCH: Final = 100
_SAID: Final = "investors.interaction"


def files() -> list[Path]:
    """The files in the order in which they are loaded."""
    return sorted(FOLDER.glob("*.json"))


def records() -> Iterator[dict[str, Any]]:
    for path in files():
        yield from json.loads(path.read_text(encoding="utf-8"))


def weeks_to(day: dt.date) -> int:
    """By how many weeks the files are moved so that ``day`` lies in the week of the anchor.

    Rounded down, and nothing happens in the files on the day before the anchor: so nothing that
    has happened is ever still ahead, wherever one is.
    """
    return (day - ANCHOR).days // 7


def weeks_shifted() -> int | None:
    """By how many weeks the rows in the database were moved; ``None`` if they are not there.

    Read off the log of the first lead, which nobody can edit.
    """
    told = next(record for record in records() if record["model"] == "investors.leadlog")
    row = LeadLog.objects.filter(pk=told["pk"]).first()
    if row is None:
        return None
    away = row.at - dt.datetime.fromisoformat(told["fields"]["at"])
    return round(away / dt.timedelta(weeks=1))


def move(value: dt.date, weeks: int, zone: ZoneInfo) -> dt.date:
    """A day, or a moment by the clock on the wall of ``zone``, ``weeks`` later."""
    if not isinstance(value, dt.datetime):
        return value + dt.timedelta(weeks=weeks)
    wall = value.astimezone(zone).replace(tzinfo=None) + dt.timedelta(weeks=weeks)
    return wall.replace(tzinfo=zone).astimezone(dt.UTC)


def shift(weeks: int) -> int:
    """Move every row of the demo data by ``weeks``; return how many rows that were."""
    return sum(_shift_rows(rows, weeks) for rows in loaded_rows() if rows.model not in KEPT)


def loaded_rows() -> "Iterator[QuerySet[Any]]":
    """The rows of the demo data, one model after the other."""
    told: dict[type[Model], list[dict[str, Any]]] = defaultdict(list)
    for record in records():
        told[apps.get_model(record["model"])].append(record)
    for model, its_records in told.items():
        yield _rows(model, its_records)


def _rows(model: type[Model], its_records: list[dict[str, Any]]) -> "QuerySet[Any]":
    """Found by key, by reference, or, where others name the row, by these."""
    rows = model._default_manager.all()
    if "pk" in its_records[0]:
        return rows.filter(pk__in=[record["pk"] for record in its_records])
    if "ref" in its_records[0]["fields"]:
        return rows.filter(ref__in=[record["fields"]["ref"] for record in its_records])
    names = NAMED_BY[model]
    keys = {
        tuple(_first(record["fields"][name.partition("__")[0]]) for name in names)
        for record in its_records
    }
    found = rows.values_list("pk", *names)
    return rows.filter(pk__in=[pk for pk, *key in found if tuple(key) in keys])


def _first(value: Any) -> Any:
    """A natural key stands in a list."""
    return value[0] if isinstance(value, list) else value


def _shift_rows(rows: "QuerySet[Any]", weeks: int) -> int:
    # A field that holds a moment is, for Django, also one that holds a day.
    fields = [f for f in rows.model._meta.concrete_fields if isinstance(f, DateField)]
    if not fields:
        return 0
    told_by = _clock(rows.model)
    clock = F(told_by) if told_by else Value(PARIS.key)
    moved = [
        _moved(row, fields, weeks) for row in rows.annotate(clock=Coalesce(clock, Value(PARIS.key)))
    ]
    if rows.model is Booking:  # moved one by one they would stand in each other's way
        rows.delete()
        Booking.objects.bulk_create(moved, batch_size=BATCH)
    else:
        names = [field.name for field in fields] + TELLING.get(rows.model, [])
        rows.model._default_manager.bulk_update(moved, names, batch_size=BATCH)
    return len(moved)


def wind_clocks() -> None:
    """Tell every reply clock of the demo data anew: other weeks have other holidays."""
    told = {record["fields"]["ref"] for record in records() if record["model"] == _SAID}
    rows = list(Interaction.objects.filter(ref__in=told).select_related("lead__owner"))
    calendars = Calendars()
    for row in rows:
        wind(row, row.lead, calendars)
    names = ["reply_due_at", "silent_at", "logged_late"]
    Interaction.objects.bulk_update(rows, names, batch_size=BATCH)
    rewind({row.lead_id for row in rows})


def _clock(model: type[Model]) -> str:
    """Over which fields the zone by which a row's times are told is found; Paris if none."""
    names = {field.name for field in model._meta.concrete_fields}
    for name, path in CLOCKS.items():
        if name in names:
            return path
    return ""


def _moved(row: Any, fields: Iterable[Any], weeks: int) -> Any:
    for field in fields:
        value = getattr(row, field.attname)
        if value is not None:
            setattr(row, field.attname, move(value, weeks, ZoneInfo(row.clock)))
    if isinstance(row, Action) and row.kind == ActionKind.WAKE:
        row.what = _reworded(row.what, weeks)
    if isinstance(row, Briefing) and row.content:
        day = dt.date.fromisoformat(row.content["dated"])
        row.content |= {"dated": move(day, weeks, PARIS).isoformat()}
        with translation.override(row.language):
            row.text = as_text(from_json(row.content))
    return row


def _reworded(what: str, weeks: int) -> str:
    """*Was waiting since 9 Nov 2026* with its day moved."""
    words, since, day = what.rpartition(" since ")
    old = dt.datetime.strptime(day, "%d %b %Y").date()
    with translation.override("en"):
        return f"{words}{since}{date_format(move(old, weeks, PARIS), 'DATE_FORMAT')}"
