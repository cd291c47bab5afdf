"""Cells read as values, in all the ways in which people write them."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from ifa_crm.imports import sniffing
from ifa_crm.imports.values import (
    Amount,
    Choice,
    Day,
    Flag,
    Moment,
    TwoMeaningsError,
    UnreadableError,
    decimal_of,
    known_minute,
)
from ifa_crm.imports.words import choice_words, country_words, key_of
from investors.choices import Answer, Horizon
from investors.importing.reading import UNSURE

AMOUNT = Amount(Choice(choice_words(Answer.choices, UNSURE)))
CENTS = st.integers(min_value=0, max_value=10**13 - 1).map(lambda n: Decimal(n) / 100)
DAYS = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2199, 12, 31))


@given(CENTS, st.sampled_from([",.", ".,", "\u202f,", " ,", "'."]))
def test_number_is_read_in_every_way_of_writing(number: Decimal, signs: str) -> None:
    written = f"{number:,.2f}".translate({ord(","): signs[0], ord("."): signs[1]})
    assert decimal_of(written) == number
    assert AMOUNT.clean(f"{written} €")[:2] == (number, "EUR")


@given(DAYS)
def test_day_is_read_in_every_way_of_writing(day: dt.date) -> None:
    for written in (f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%d %B %Y}", f"{day:%B %d, %Y}"):
        assert Day().clean(written) == day
    assert Day().clean(f"{day:%d/%m/%Y}", chosen="dmy") == day
    assert Day().clean(f"{day:%m/%d/%Y}", chosen="mdy") == day
    assert Day().clean(f"{day.year}年{day.month}月{day.day}日") == day


@given(DAYS)
def test_day_of_two_meanings_is_asked_about(day: dt.date) -> None:
    written = f"{day:%d/%m/%Y}"
    if day.day > 12 or day.day == day.month:
        assert Day().clean(written) == day
    else:
        with pytest.raises(TwoMeaningsError):
            Day().clean(written)


@given(st.text(max_size=60))
def test_no_text_breaks_a_reader(text: str) -> None:
    readers = (AMOUNT, Day(), Flag(), Moment(ZoneInfo("Asia/Tokyo")))
    for reader in readers:
        for cell in (text, f"1{text}", f"{text}2026"):
            with suppress(UnreadableError):
                reader.clean(cell)


@pytest.mark.parametrize(
    ("written", "number", "currency"),
    [
        ("1,5 M€", 1_500_000, "EUR"),
        ("1.500.000,00", 1_500_000, ""),
        ("US$ 2 million", 2_000_000, "USD"),
        ("3億円", 300_000_000, "JPY"),
        ("10 millions d'euros", 10_000_000, "EUR"),
        ("500kEUR", 500_000, "EUR"),
        (1.5, Decimal("1.5"), ""),
    ],
)
def test_amount(written: object, number: object, currency: str) -> None:
    assert AMOUNT.clean(written)[:2] == (number, currency)


@pytest.mark.parametrize("written", ["2-3 M€", "a lot", "-5 €", "1 EUR 2", "1e9 €", "9" * 400])
def test_amount_that_is_none(written: str) -> None:
    with pytest.raises(UnreadableError):
        AMOUNT.clean(written)


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("does not know yet", Answer.DOES_NOT_KNOW),
        ("?", Answer.DOES_NOT_KNOW),
        ("Will not say", Answer.WILL_NOT_SAY),
        ("n/a", Answer.NOT_ASKED),
    ],
)
def test_answer_in_the_place_of_an_amount(written: str, answer: str) -> None:
    assert AMOUNT.clean(written).answer == answer


def test_one_sign_before_three_digits_is_asked_about() -> None:
    with pytest.raises(TwoMeaningsError):
        AMOUNT.clean("1,500")
    assert AMOUNT.clean("1,500", chosen="comma").number == Decimal("1.5")
    assert AMOUNT.clean("1,500", chosen="point").number == 1500


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("日本", "JP"), ("Deutschland", "DE"), ("États-Unis", "US"), ("U.S.A.", "US")),
        *(("KOR", "KR"), ("Corée du Sud", "KR"), ("Россия", "RU"), ("中国", "CN"), ("uk", "GB")),
    ],
)
def test_country_by_name_in_many_languages_and_by_code(written: str, code: str) -> None:
    assert country_words()[key_of(written)] == code


def test_choice_by_label_in_both_languages_and_by_key() -> None:
    horizon = Choice(choice_words(Horizon.choices))
    with override("fr"):
        french = str(Horizon.HALF_YEAR.label)
    for written in ("Within 6 months", french.upper(), "6 months"):
        assert horizon.clean(written) == Horizon.HALF_YEAR


def test_moment_without_a_time_is_noon_in_the_zone_of_the_person() -> None:
    moment = Moment(ZoneInfo("Asia/Tokyo"))
    assert moment.clean("2026-03-01").isoformat() == "2026-03-01T12:00:00+09:00"
    assert moment.clean("2026-03-01 08:30").isoformat() == "2026-03-01T08:30:00+09:00"


@pytest.mark.parametrize(
    ("now", "read"),
    [
        ("2026-03-01T00:00:01+09:00", "2026-03-01T00:00:00+09:00"),
        ("2026-03-01T11:59:59+09:00", "2026-03-01T00:00:00+09:00"),
        ("2026-03-01T12:00:00+09:00", "2026-03-01T12:00:00+09:00"),
        ("2026-03-02T00:00:00+09:00", "2026-03-01T12:00:00+09:00"),
    ],
)
def test_today_without_a_time_is_never_ahead(monkeypatch: Any, now: str, read: str) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime.fromisoformat(now))
    moment = Moment(zone).clean("2026-03-01")
    assert moment.isoformat() == read
    assert known_minute(moment, zone).isoformat() == "2026-03-01T12:00:00+09:00"
    for ahead in ("2026-03-03", "2026-03-02 00:02", "2999-01-01"):
        with pytest.raises(UnreadableError, match="is still ahead"):
            Moment(zone).clean(ahead)


def test_minute_that_is_known_of_a_moment_is_told_by_the_clock_of_the_person() -> None:
    zone = ZoneInfo("Europe/Paris")
    moment = dt.datetime(2026, 3, 1, 8, 30, 59, 7, tzinfo=dt.UTC)
    assert known_minute(moment, zone) == dt.datetime(2026, 3, 1, 9, 30, tzinfo=zone)
    midnight_there = dt.datetime(2026, 2, 28, 23, 0, tzinfo=dt.UTC)
    assert known_minute(midnight_there, zone) == dt.datetime(2026, 3, 1, 12, tzinfo=zone)
    assert known_minute(midnight_there, dt.UTC) == midnight_there


TEXTS = {
    "cp1252": "Société;Pays;Besoin\nÉlectricité générale;Allemagne;Réservoirs à hydrogène\n",
    "cp932": "会社名,国,ニーズ\n株式会社トヨタ,日本,水素タンクのパートナーを探しています\n",
    "euc_jp": "会社名,国,ニーズ\n株式会社トヨタ,日本,水素タンクのパートナーを探しています\n",
    "gb18030": "公司名称,国家,需求\n华为技术有限公司,中国,寻找氢气罐的合作伙伴\n",
    "big5": "公司名稱,國家,需求\n台灣積體電路製造,台灣,尋找合作夥伴\n",
    "cp949": "회사명,국가,필요\n삼성전자 주식회사,대한민국,수소 탱크 파트너\n",
    "cp1251": "Компания;Страна;Потребность\nГазпром;Россия;Водородные баки\n",
    "cp1253": "Εταιρεία;Χώρα\nΕλληνικά Πετρέλαια;Ελλάδα\n",
    "utf-8-sig": "会社名;pays\né;日本\n",
    "utf-16": "a;b\né;日本\n",
    "utf-16-le": "Company;Country\nabc;é\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_encoding_is_found_out(encoding: str) -> None:
    assert sniffing.encoding_of(TEXTS[encoding].encode(encoding)) == encoding


def test_text_without_accents_is_utf_8() -> None:
    assert sniffing.encoding_of(b"a,b\n1,2\n") == "utf-8-sig"


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_is_found_out(sign: str) -> None:
    lines = [("Company", "Budget, in €", "Need"), ("A", "1,5", "x; y"), ("B", "2,5", "z")]
    text = "\n".join(sign.join(f'"{cell}"' for cell in line) for line in lines)
    assert sniffing.delimiter_of(text) == sign
