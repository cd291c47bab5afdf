"""The published text against what is on record, and docs/source.md line by line."""

import html
import re
import shlex
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model
from django.test import TestCase
from django.utils import translation

from clusters.choices import Standing, Tier
from clusters.models import Cluster, FundingLine, FundingProgramme, Membership
from ifa_crm.staff.roles import Role
from tests import make
from tests.clusters.source_text import INTERNATIONAL, NATIONAL, amounts, entries, lines

MAP = Path(settings.BASE_DIR) / "docs" / "source.md"
_LOCATOR = re.compile(r"`((?:row|page):[^`]+)`")


def table_rows() -> list[tuple[str, list[str]]]:
    """(fact, locators) of every row of the map."""
    found = []
    for line in MAP.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("|") and len(cells) == 3 and cells[0] not in {"Fact", "Trap"}:
            found.append((cells[0], _LOCATOR.findall(cells[2])))
    return found


class SourceTest(TestCase):
    """On the reference data, loaded once."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("load_reference", verbosity=0)
        cls.reader = make.user(role=Role.VIEWER)

    def setUp(self) -> None:
        self.client.force_login(self.reader)
        self.enterContext(translation.override("en"))

    def test_names_and_specialties_are_those_of_the_text(self) -> None:
        for tier, bounds in ((Tier.INTERNATIONAL, INTERNATIONAL), (Tier.NATIONAL, NATIONAL)):
            rows = Cluster.objects.filter(tier=tier).order_by("source_line")
            stored = [(row.name, row.specialty, row.source_line) for row in rows]
            published = [(entry.name, entry.specialty, entry.line) for entry in entries(bounds)]
            assert stored == published

    def test_66_are_16_and_50(self) -> None:
        international, national = entries(INTERNATIONAL), entries(NATIONAL)
        assert (len(international), len(national)) == (16, 50)
        stated = re.search(r"currently (\d+) clusters, including (\d+) international", lines()[16])
        assert stated
        assert [int(n) for n in stated.groups()] == [66, 16]
        assert 66 == 16 + 50 == Cluster.objects.count()
        assert len({entry.name for entry in (*international, *national)}) == 66

    def test_1500_are_765_and_575_and_160(self) -> None:
        assert amounts() == [765, 575, 160]
        assert sum(amounts()) == 1500
        programme = FundingProgramme.objects.get()
        stored = [line.amount_millions for line in FundingLine.objects.filter(programme=programme)]
        assert stored == amounts()
        assert sum(stored) == programme.total_millions

    def test_overlaps_are_counted_from_the_text(self) -> None:
        """Trap I16: agro-food in six national entries, textiles in three."""
        specialties = [entry.specialty for entry in entries(NATIONAL)]
        assert sum("agro-food" in text for text in specialties) == 6
        assert sum("textiles" in text for text in specialties) == 3

    def test_only_xerox_is_a_member(self) -> None:
        """Trap I11."""
        assert [m.organisation.name for m in Membership.objects.all()] == ["Xerox"]

    def test_every_published_cluster_was_labelled_in_the_year_of_the_list(self) -> None:
        assert Cluster.objects.offered_in(2007).count() == 66
        assert Cluster.objects.filter(status_today=Standing.LABEL_ENDED).count() == 6

    def test_search_finds_names_however_they_are_typed(self) -> None:
        """Traps I6, I7, I8, I14 and E6."""
        for typed, slug in (
            ("systematic", "systematic-paris-region"),
            ("system@tic", "systematic-paris-region"),
            ("q@li", "qali-mediterranee"),
            ("qali", "qali-mediterranee"),
            ("mov'eo", "moveo"),
            ("moveo", "moveo"),
            ("mov eo", "moveo"),
            ("VÉGÉPOLYS", "vegepolys"),
            ("truck & bus", "lyon-urban-truckbus-2015"),
            ("solutions / scs", "secure-communications-solutions-scs"),
            ("images reseaux", "media-and-networks"),
            ("iron and steel", "mipi"),
            ("nucleaire reactor", "nucleaire-bourgogne"),
        ):
            found = Cluster.objects.search(typed).values_list("slug", flat=True)
            assert slug in found, typed

    def test_the_map_names_every_fact_and_trap(self) -> None:
        facts = " ".join(fact for fact, _locators in table_rows())
        wanted = [f"B{n}" for n in range(1, 5)] + [f"P{n}" for n in range(1, 15)]
        wanted += [f"R{n}" for n in range(1, 5)] + [f"I{n}" for n in range(1, 17)]
        wanted += [f"E{n}" for n in range(1, 8)]
        assert [key for key in wanted if not re.search(rf"\b{key}\b", facts)] == []

    def test_the_map_leads_to_every_fact(self) -> None:
        rows = table_rows()
        assert len(rows) > 80
        wrong = []
        for fact, locators in rows:
            assert locators, fact
            wrong += [f"{fact}: {text}" for text in locators if not self.stands(text)]
        assert wrong == []

    def stands(self, locator: str) -> bool:
        kind, place = locator.split(":", 1)
        words = _words(place)
        if kind == "page":
            return words[1] in self.text_of(words[0])
        row = _row(words)
        claims = [word for word in words[1:] if "=" in word or "~" in word]
        return row is not None and all(_holds(row, claim) for claim in claims)

    pages: dict[str, str] = {}

    def text_of(self, address: str) -> str:
        if address not in self.pages:
            answer = self.client.get(address)
            assert answer.status_code == 200, address
            bare = re.sub(r"<[^>]+>", "", answer.content.decode())
            self.pages[address] = re.sub(r"\s+", " ", html.unescape(bare))
        return self.pages[address]


def _words(text: str) -> list[str]:
    """Split at blanks, but not inside double quotes; an apostrophe is a letter like any other."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.commenters = True, '"', ""
    return list(lexer)


def _row(words: list[str]) -> Model | None:
    key = [word for word in words[1:] if "=" not in word and "~" not in word]
    manager: Any = apps.get_model(words[0])._default_manager
    try:
        found: Model = manager.get_by_natural_key(*key)
    except manager.model.DoesNotExist:
        return None
    return found


def _holds(row: Model, claim: str) -> bool:
    found = re.match(r"([\w.]+)(=|~)(.*)", claim, re.DOTALL)
    assert found, claim
    path, sign, wanted = found.groups()
    value: Any = row
    for name in path.split("."):
        value = getattr(value, name)
    if isinstance(value, Model):
        value = value.natural_key()[0]
    if sign == "~":
        return wanted in (", ".join(value) if isinstance(value, list) else str(value))
    if value is not None and path.endswith(("amount", "millions")):
        return bool(value == int(wanted))
    return str(value) == wanted
