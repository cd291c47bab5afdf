"""Several small reads in one query.

    found = read_together({
        "people": Read(lead.contacts.all(), ("name", "email")),
        "actions": Read(lead.actions.open(), ("what", "due", "assignee__first_name")),
    })

A page that shows a little of many tables would ask once for each of them. Here each read
becomes one arm of a ``UNION ALL`` that yields its rows as JSON, and comes back as instances of its
own model: what was named is there, the rest is deferred as after ``only()``.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    QuerySet,
    Value,
)
from django.db.models.functions import JSONObject


@dataclass(frozen=True)
class Read:
    """Rows, and what is read of them.

    ``fields``: names of fields, also over foreign keys (``assignee__username``); the key comes by
    itself. ``extra``: annotations of ``rows``. The database does not order a part of a union:
    ``order`` sorts the instances.
    """

    rows: "QuerySet[Any]"
    fields: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    order: Callable[[Any], Any] | None = None


def read_together(reads: Mapping[str, Read]) -> dict[str, list[Any]]:
    """The instances of every read, by its name. One query, whatever the number of reads."""
    return instances(all_of(reads), reads) if reads else {}


def all_of(reads: Mapping[str, Read]) -> "QuerySet[Any, Any]":
    """The rows of every read (one at least) in one query, for :func:`instances`."""
    arms = [_arm(name, read) for name, read in reads.items()]
    return arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]


def instances(rows: Iterable[Any], reads: Mapping[str, Read]) -> dict[str, list[Any]]:
    """What became of each read, by its name. Of ``reads`` everything but the rows counts."""
    found: dict[str, list[Any]] = {name: [] for name in reads}
    for name, values in rows:
        read = reads[name]
        extra = {key: values.pop(key) for key in read.extra}
        made = _instance(read.rows.model, values)
        vars(made).update(extra)
        found[name].append(made)
    for name, read in reads.items():
        if read.order is not None:
            found[name].sort(key=read.order)
    return found


def _arm(name: str, read: Read) -> "QuerySet[Any, Any]":
    names = {part for path in read.fields for part in _prefixes(path)} | {"pk"}
    row = JSONObject(**{each: each for each in sorted(names.union(read.extra))})
    named = Value(name, output_field=CharField())
    return read.rows.order_by().annotate(in_arm=named, as_json=row).values_list("in_arm", "as_json")


def _prefixes(path: str) -> list[str]:
    """*lead__investor__name*: also the keys *lead* and *lead__investor*."""
    parts = path.split("__")
    return ["__".join(parts[: n + 1]) for n in range(len(parts))]


def _instance(model: type[Model], values: dict[str, Any]) -> Any:
    """A row of ``model``, and of the models that its foreign keys lead to."""
    own: dict[str, Any] = {}
    beyond: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in values.items():
        head, _sep, rest = name.partition("__")
        if rest:
            beyond[head][rest] = value
        else:
            field = model._meta.pk if head == "pk" else model._meta.get_field(head)
            assert isinstance(field, Field)  # noqa: S101  # a relation backwards has no column
            own[field.attname] = _value(field, value)
    order = {field.attname: place for place, field in enumerate(model._meta.concrete_fields)}
    names = sorted(own, key=order.__getitem__)
    made = model.from_db("default", names, [own[name] for name in names])
    for head, inner in beyond.items():
        link: Any = model._meta.get_field(head)
        key = own[link.attname]
        related = None if key is None else _instance(link.related_model, inner | {"pk": key})
        link.set_cached_value(made, related)
    return made


def _value(field: "Field[Any, Any]", value: Any) -> Any:
    """What JSON made of a value, as the field has it."""
    if isinstance(field, ForeignKey) or value is None:
        return value
    if isinstance(field, JSONField):
        return json.loads(value) if isinstance(value, str) else value
    if isinstance(field, DateTimeField):
        moment = dt.datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return field.to_python(value)
