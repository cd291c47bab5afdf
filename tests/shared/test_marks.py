"""The small marks of a page are drawn once and kept: never for another language, zone or day."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django_countries.fields import Country

from ifa_crm.shared.templatetags.ifa import badge, country_name, when

LATE = dt.datetime(2020, 3, 1, 23, 30, tzinfo=dt.UTC)


def test_a_moment_is_told_in_each_language_and_zone() -> None:
    drawn = set()
    for language in ("en", "fr"):
        for zone in ("UTC", "Asia/Tokyo"):
            with translation.override(language), timezone.override(ZoneInfo(zone)):
                drawn.add(when(LATE))
                assert when(LATE) == when(LATE)
    assert len(drawn) == 4


def test_a_day_and_its_midnight_are_told_apart() -> None:
    day = dt.date(2020, 3, 1)
    midnight = dt.datetime(2020, 3, 1, tzinfo=timezone.get_current_timezone())
    assert when(day) != when(midnight)


def test_near_days_are_counted_from_today() -> None:
    today = timezone.localdate()
    assert "tomorrow" in when(today + dt.timedelta(days=1))
    assert ">today<" in when(today)


def test_a_badge_escapes_text_after_the_same_words_were_safe() -> None:
    assert "<b>x</b>" in badge(mark_safe("<b>x</b>"), "good")
    assert "&lt;b&gt;x" in badge("<b>x</b>", "good")
    assert "<b>x</b>" in badge(mark_safe("<b>x</b>"), "good")
    assert badge("x", "good") != badge("x", "bad")


def test_a_country_is_named_in_the_readers_language() -> None:
    for language, name in (("en", "Germany"), ("fr", "Allemagne"), ("en", "Germany")):
        with translation.override(language):
            assert country_name(Country("DE")) == name
            assert country_name("DE") == name
    assert "not recorded" in country_name("")
    assert "not recorded" in country_name(None)
