"""What is wrong with a file, in a sentence that says what to do."""

from django.core.exceptions import ValidationError


class BadFileError(ValidationError):
    """A file that cannot be read."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, "bad_file")
