"""Choices of the staff app."""

from functools import cache
from zoneinfo import available_timezones

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Layout(TextChoices):
    """How a list is drawn."""

    LIST = "list", _("List")
    BOARD = "board", _("Board")


class Language(TextChoices):
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")


class Weekday(IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


@cache
def time_zones() -> list[tuple[str, str]]:
    """IANA zones that name a place, as choices."""
    places = [z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "posix"))]
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(places))]
