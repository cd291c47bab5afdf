"""What the timeline shows of what clusters were told; a briefing stands there as its message."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import TimelineEntry, TimelineSource, register_timeline
from ifa_crm.shared.timeline import Reading
from investors.models import BlindRelease, Investor, Lead, Reveal
from investors.timeline import lead_fields, part_of, person, under


def _released(rows: list[Any], reading: Reading) -> Iterator[TimelineEntry]:
    for row in rows:
        words = {"leader": row.leader, "cluster": row.shortlisting.cluster}
        yield TimelineEntry(
            at=row.released_at,
            kind="told",
            icon="eye-slash",
            title=_("Blind brief to %(leader)s, %(cluster)s") % words,
            by=str(row.released_by),
            url=row.get_absolute_url(),
            of=part_of(reading, row.brief.lead),
        )


RELEASED: Final = TimelineSource(
    kind="told",
    label=gettext_lazy("Told to clusters"),
    model=BlindRelease,
    rows=lambda record, user: BlindRelease.objects.filter(under(record, user, "brief__lead")),
    at="released_at",
    fields=(
        *("ref", "released_at", "leader__name", "shortlisting__cluster__name", "brief__ref"),
        *(*lead_fields("brief__lead"), *person("released_by")),
    ),
    draw=_released,
)


def _revealed(rows: list[Any], reading: Reading) -> Iterator[TimelineEntry]:
    for row in rows:
        words = {"leader": row.release.leader, "cluster": row.release.shortlisting.cluster}
        yield TimelineEntry(
            at=row.revealed_at,
            kind="told",
            icon="eye",
            title=_("Named to %(leader)s, %(cluster)s") % words,
            text=_("With the consent of %(name)s.") % {"name": row.consent_by.name}
            if row.consent_by
            else "",
            by=str(row.revealed_by),
            url=row.release.get_absolute_url(),
            of=part_of(reading, row.release.brief.lead),
        )


REVEALED: Final = TimelineSource(
    kind="told",
    label=RELEASED.label,
    model=Reveal,
    rows=lambda record, user: Reveal.objects.filter(under(record, user, "release__brief__lead")),
    at="revealed_at",
    fields=(
        *("revealed_at", "release__ref", "release__leader__name", "consent_by__name"),
        *("release__shortlisting__cluster__name", "release__brief__ref"),
        *(*lead_fields("release__brief__lead"), *person("revealed_by")),
    ),
    draw=_revealed,
)


def register() -> None:
    for record in (Lead, Investor):
        register_timeline(record, RELEASED, REVEALED)
