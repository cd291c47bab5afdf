"""What the timeline shows of evaluations that were kept."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import TimelineEntry, TimelineSource, register_timeline
from ifa_crm.shared.timeline import Reading
from investors.models import Evaluation, Investor, Lead
from investors.timeline import lead_fields, part_of, person, under


def _kept(rows: list[Evaluation], reading: Reading) -> Iterator[TimelineEntry]:
    for kept in rows:
        yield TimelineEntry(
            at=kept.made_at,
            kind="evaluation",
            icon="map-pin",
            title=_("An evaluation was kept"),
            by=str(kept.made_by),
            url=kept.get_absolute_url(),
            of=part_of(reading, kept.lead),
        )


EVALUATION = TimelineSource(
    kind="evaluation",
    label=gettext_lazy("Where to send them"),
    model=Evaluation,
    rows=lambda record, user: Evaluation.objects.filter(under(record, user)),
    at="made_at",
    fields=("ref", "made_at", *person("made_by"), *lead_fields()),
    draw=_kept,
)


def register() -> None:
    for record in (Lead, Investor):
        register_timeline(record, EVALUATION)
