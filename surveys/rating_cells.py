"""Decides what one cell of a rating file says: a rating, a reason why there is none, or a mistake."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from analysis.types import CellState, Scale
from surveys.file_problems import FileProblem

# Below that, a fraction is more likely a mistake than an estimate.
FINE_FROM_POINTS = 21

DONT_KNOW_WORDS = ("dont_know", "no_opinion", "cannot_evaluate", "unable_to_score")
_OTHER_WORDS = {
    "abstain": CellState.ABSTAINED,
    "abstained": CellState.ABSTAINED,
    "missing": CellState.MISSING,
    "not_asked": CellState.NOT_ASKED,
    "not_returned": CellState.NOT_RETURNED,
}
_BLANKS = ("", "na")
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}(?:[.,]0{0,9})?")
_FRACTION = re.compile(r"[+-]?[0-9]{1,9}[.,][0-9]{1,9}")
_ROUND = re.compile(r"[0-9]{1,4}")


class CellReader:
    """Turns the text of a rating and of its reason into (state, value), remembering each distinct text."""

    def __init__(self, *, scale: Scale, dont_know: Sequence[str], file: str, rounds_fractions: bool = False) -> None:
        self.notices: list[str] = []
        self._rounds_fractions = rounds_fractions
        self._scale = scale
        self._file = file
        # The plain word counts also when the file brings words of its own.
        self._words = _OTHER_WORDS | {_word(text): CellState.DONT_KNOW for text in ("dont_know", *dont_know)}
        self._known: dict[tuple[str, str], tuple[CellState, int]] = {}

    def read(self, text: str, reason: str, *, line: int, column: str) -> tuple[CellState, int]:
        """What the cell says; a rating beside a reason counts as the rating and leaves a notice."""
        known = self._known.get((text, reason))
        if known is not None:
            return known
        state, value = self._decide(text, line=line, column=column)
        if _word(reason) not in _BLANKS:
            stated = self._words.get(_word(reason))
            if stated is None:
                words = ", ".join(self._words)
                raise FileProblem(
                    "unknown_reason", file=self._file, line=line, column="na_reason", value=reason, known=words
                )
            if state is CellState.RATED:
                self.notices.append(f'line {line}: rated {text} and marked "{reason}"; the rating counts')
                return state, value
            state = stated
        self._known[text, reason] = state, value
        return state, value

    def _decide(self, text: str, *, line: int, column: str) -> tuple[CellState, int]:
        word = _word(text)
        if word in _BLANKS:
            return CellState.MISSING, 0
        if word in self._words:
            return self._words[word], 0
        lower, upper = self._scale.lower, self._scale.upper
        scale = f"{lower}-{upper}"
        is_whole = _WHOLE.fullmatch(text) is not None
        if not is_whole and not (self._rounds_fractions and _FRACTION.fullmatch(text)):
            raise FileProblem("not_a_number", file=self._file, line=line, column=column, value=text, scale=scale)
        typed = Decimal(text.replace(",", "."))
        if not lower <= typed <= upper:
            raise FileProblem("off_scale", file=self._file, line=line, column=column, value=text, scale=scale)
        value = int(typed.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if not is_whole:
            self.notices.append(f"line {line}: {text} counts as {value}, here and wherever it stands")
        return CellState.RATED, value


def round_number(text: str, *, line: int, file: str, column: str) -> int:
    """A round's number from 1. Raises FileProblem when `text` is no such number."""
    if not _ROUND.fullmatch(text) or int(text) < 1:
        raise FileProblem("bad_round", file=file, line=line, column=column, value=text)
    return int(text)


def expert_detail(
    noted: dict[str, tuple[str, int]], expert: str, text: str, *, line: int, file: str, column: str
) -> None:
    """Note an expert's group or language with its line. Raises FileProblem when an earlier line says otherwise."""
    first, first_line = noted.setdefault(expert, (text, line))
    if first != text:
        raise FileProblem(
            "expert_changes", file=file, line=line, column=column, value=text, first=first, first_line=first_line
        )


def _word(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.casefold().replace("’", "").replace("'", ""))
