"""The French catalogue is complete: nothing missing, fuzzy, obsolete or misplaced."""

import io

from ifa_crm.shared import messages_catalogue as catalogue


def test_french_catalogue_is_complete() -> None:
    assert catalogue.problems() == []


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
