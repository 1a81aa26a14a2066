"""What can go wrong in the domain: a code with parameters, never a sentence in a language."""

from typing import Any

from surveys.vocabulary import ViolationCode


class RuleViolation(Exception):
    """A rule of the study forbids what was asked.

    The edge (web page, command line) turns `code` and `params` into a sentence in the user's language.
    """

    def __init__(self, code: ViolationCode, **params: Any) -> None:
        super().__init__(f"{code}: {params}" if params else str(code))
        self.code = code
        self.params = params


class NotFound(Exception):
    """The thing does not exist, or this actor may not know that it does."""
