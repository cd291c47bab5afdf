"""A refusal at a field keeps its code."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from ifa_crm.shared.refusals import refusal


def test_refusal_has_its_field_sentence_and_code() -> None:
    refused = refusal("reason", "Say why.", "reason_needed")
    assert refused.message_dict == {"reason": ["Say why."]}
    assert [error.code for error in refused.error_dict["reason"]] == ["reason_needed"]


@pytest.mark.parametrize("app", ["clusters", "investors", "meetings", "ifa_crm"])
def test_no_rule_refuses_by_a_dictionary_of_plain_sentences(app: str) -> None:
    """``ValidationError({field: sentence}, code)`` drops the code without a word."""
    for path in Path(settings.BASE_DIR, app).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if _is_validation_error(node) and isinstance(node.args[0], ast.Dict):
                assert all(map(_is_validation_error, node.args[0].values)), (path, node.lineno)


def _is_validation_error(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    return isinstance(node.func, ast.Name) and node.func.id == "ValidationError"
