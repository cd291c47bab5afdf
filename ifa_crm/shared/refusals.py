"""How a service or a model says no at a field."""

from django.core.exceptions import ValidationError


def refusal(field: str, sentence: str, code: str) -> ValidationError:
    """Shown at ``field``; a dictionary of plain sentences would lose the code."""
    return ValidationError({field: ValidationError(sentence, code)})
