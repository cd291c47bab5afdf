"""Funding programmes and calls for projects."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clusters.models import Call, CallCondition, FundingLine, FundingProgramme
from clusters.services.base import lock, require, require_live, save
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User


@transaction.atomic
def save_programme(
    *, actor: User, programme: FundingProgramme, lines: Sequence[FundingLine]
) -> FundingProgramme:
    """Create or change a programme with its lines, in their order; lines left out go.

    The lines may say less than the total (the rest is not known), never more.
    """
    require(actor)
    if sum(line.amount_millions for line in lines) > programme.total_millions:
        raise refusal(
            "total_millions", _("The lines add up to more than the total."), "above_total"
        )
    if programme.pk is None:
        programme.slug = slugify(programme.name)[:60] or "programme"
    save(programme)
    kept = {line.pk for line in lines if line.pk is not None}
    for line in programme.lines.exclude(pk__in=kept):
        line.delete()
    stored = {line.pk: line for line in programme.lines.all()}
    for place, line in enumerate(stored.values(), start=1001):  # out of the way of the new order
        line.order = place
        line.save(update_fields=["order"])
    for place, line in enumerate(lines, start=1):
        line.programme, line.order = programme, place
        save(line)
    return programme


@transaction.atomic
def save_call(*, actor: User, call: Call, conditions: Sequence[str]) -> Call:
    """Create or change a call with its conditions, in their order."""
    require(actor)
    if call.pk is not None:
        require_live(lock(call))
    save(call)
    stored = list(call.conditions.all())
    for place, text in enumerate(conditions, start=1):
        row = stored[place - 1] if place <= len(stored) else CallCondition(call=call)
        if row.pk is None or (row.text, row.order) != (text, place):
            row.text, row.order = text, place
            save(row)
    for row in stored[len(conditions) :]:
        row.delete()
    return call
