"""Days and moments that a form takes."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FIRST_YEAR, LAST_YEAR = 1900, 2999
AHEAD = dt.timedelta(minutes=1)  # that the clocks of two machines differ by


def in_the_calendar(day: dt.date) -> None:
    """Refuse a slip of the hand such as the year 206, and what no zone can turn into UTC."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        bounds = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError(_("The year must be between %(first)s and %(last)s."), "year", bounds)


def bound(field: forms.Field) -> None:
    """Let a field of a day or a moment, or of both ends of a stretch, refuse far-off years."""
    for part in (field, *getattr(field, "fields", ())):
        if isinstance(part, forms.DateField | forms.DateTimeField):
            part.validators = [*part.validators, in_the_calendar]
