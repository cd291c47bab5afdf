"""The measurement of the ranking, and what it finds on the reference data."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from clusters.models import Cluster
from investors.fit_measuring import Answer, Case, measure, read_cases
from investors.management.commands.evaluate_fit import DEFAULT, read_bench


def case(*accepted: str, text: str = "x") -> Case:
    return Case(text, "join", frozenset(accepted))


def test_hits_ranks_and_nones_are_counted() -> None:
    answers = {"first": Answer(("A", "B"), False), "third": Answer(("C", "D", "A"), False)}
    answers |= {"absent": Answer((), True), "nothing": Answer((), True)}
    cases = [case("A", text="first"), case("A", "Z", text="third"), case("A", text="absent")]
    found = measure(
        "m", lambda each: answers[each.description], [*cases, case("none", text="nothing")]
    )
    figures = found.figures()
    assert figures["hit@1"][0] == pytest.approx(1 / 3)
    assert figures["hit@3"][0] == pytest.approx(2 / 3)
    assert figures["MRR"][0] == pytest.approx((1 + 1 / 3) / 3)
    assert figures["none"] == (1.0, 1.0, 1.0)
    assert found.misses() == {"A": 1}
    low, high = figures["hit@1"][1:]
    assert low <= 1 / 3 <= high


def test_a_file_with_an_unknown_cluster_or_column_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("description;mode;accepted\nx;join;Atlantis\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2: not a cluster: Atlantis"):
        read_cases(file, ["Minalogic"])
    file.write_text("description;accepted\nx;none\n", encoding="utf-8")
    with pytest.raises(ValueError, match="are needed"):
        read_cases(file, [])


@pytest.mark.django_db
def test_it_needs_the_reference_data() -> None:
    with pytest.raises(CommandError, match="load_reference"):
        call_command("evaluate_fit")


class ReferenceTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        call_command("load_reference", verbosity=0)

    def test_cases_cover_every_cluster_twice_and_nothing(self) -> None:
        names = set(Cluster.objects.values_list("name", flat=True))
        cases = read_cases(DEFAULT, names)
        assert len(cases) >= 160
        assert sum(each.is_none for each in cases) >= 20
        for name in names:
            assert sum(name in each.accepted for each in cases) >= 2, name

    def test_the_ranking_is_good_and_better_than_the_others(self) -> None:
        bench = read_bench()
        cases = read_cases(DEFAULT, bench.names.values())
        found = {each.name: each.figures() for each in bench.measures(cases)}
        figures = {name: value[0] for name, value in found["fit"].items()}
        assert figures["hit@1"] >= 0.70
        assert figures["hit@3"] >= 0.90
        assert figures["MRR"] >= 0.80
        assert figures["none"] >= 0.80
        for other in ("sector only", "keyword count", "most popular"):
            assert found[other]["hit@3"][0] < figures["hit@3"]
        assert bench.stability(cases[::6], draws=5) >= 0.80

    def test_cases_that_taught_something_do_not_fall_back(self) -> None:
        bench = read_bench()
        for name in ("unseen", "third", "fourth", "sixth"):
            file = DEFAULT.with_name(f"fit_cases_{name}.csv")
            cases = read_cases(file, bench.names.values())
            figures = measure(name, bench.by_fit(), cases).figures()
            for what, least in (("hit@1", 0.88), ("hit@3", 0.94), ("none", 0.85)):
                assert figures[what][0] >= least, (name, what, figures[what])

    def test_what_says_nothing_is_promised_nothing(self) -> None:
        bench = read_bench()
        for mode in ("join", "start", "either"):
            assert bench.by_fit()(Case("Zzyzx qwertz.", mode, frozenset({"none"}))).says_none

    def test_the_commands_print_their_tables(self) -> None:
        told = StringIO()
        call_command("evaluate_fit", part="held-out", stdout=told)
        for word in ("fit", "sector only", "keyword count", "most popular", "hit@3"):
            assert word in told.getvalue()
        report = StringIO()
        call_command("topics_report", stdout=report)
        assert "Topics of no cluster" in report.getvalue()
        assert "Tourism and hotels" in report.getvalue()
