"""The French catalogue is complete: nothing missing, fuzzy, obsolete or misplaced."""

import io

import pytest

from ifa_crm.shared import messages_catalogue as catalogue


def test_french_catalogue_is_complete() -> None:
    assert catalogue.problems() == []


def test_french_marks_stand_after_spaces_that_do_not_break() -> None:
    told = "« Pôle » : est-il ouvert ? Non ; demain\u00a0! 8:30, a;b, https://x.example/?q=1"
    assert catalogue.spaced(told) == (
        "«\u00a0Pôle\u00a0»\u00a0: est-il ouvert\u202f? Non\u202f; demain\u202f! 8:30, a;b,"
        " https://x.example/?q=1"
    )


def test_a_space_that_breaks_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = catalogue.stored()
    message = next(each for each in stored if "\u00a0:" in str(each.string))
    message.string = str(message.string).replace("\u00a0:", " :")
    monkeypatch.setattr(catalogue, "stored", lambda: stored)
    (problem,) = catalogue.problems()
    assert "space" in problem


def test_templates_are_read_with_context_plural_and_trimming() -> None:
    source = (
        "{% load i18n %}<p title=\"{% translate 'A title' %}\">"
        "{% blocktranslate trimmed count n=n %}\n  one row\n  here"
        "{% plural %}{{ n }} rows{% endblocktranslate %}"
        "{% translate 'May' context 'month' %}</p>"
    )
    found = [
        (message, context)
        for _line, message, _comments, context in catalogue.extract(
            catalogue.template_messages, io.BytesIO(source.encode()), keywords=catalogue.KEYWORDS
        )
    ]
    assert ("A title", None) in found
    assert (("one row here", "%(n)s rows"), None) in found
    assert ("May", "month") in found


def test_program_has_strings_of_code_and_templates() -> None:
    ids = {str(message.id) for message in catalogue.extracted() if message.id}
    assert "Joins a project" in ids
    assert "Sign in" in ids
