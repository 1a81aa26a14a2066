"""Frozen figures of one statement as a table cell shows them: nothing here is computed from answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from delphi import sentences
from delphi.charts import distribution
from delphi.sentences.strength import further_sentences, is_fragile, strength_sentence
from surveys.localized import LocalizedText
from surveys.models import RoundResult
from surveys.queries.board import Figures


@dataclass(frozen=True, slots=True)
class FigureCells:
    """One statement on one criterion, ready to be written into a row."""

    criterion: LocalizedText
    consensus_class: str
    class_words: str
    picture: Markup
    n: int
    n_outside: int
    agreement_k: int
    agreement_n: int
    median: float | None
    q1: float | None
    q3: float | None
    iqr: float | None
    rank: int | None
    rank_range: str
    """The ranks that the answers leave open, such as "2–4"; empty where there is one only."""
    strength: str
    is_fragile: bool
    further: tuple[str, ...]
    chance: float | None


def figure_cells(figures: Figures, *, colleges: Mapping[str, LocalizedText]) -> FigureCells:
    """The frozen figures of one statement on one criterion, in words and as a picture."""
    result, report = figures.result, figures.report
    return FigureCells(
        criterion=figures.criterion.name,
        consensus_class=result.consensus_class,
        class_words=str(sentences.CLASSES[result.consensus_class]),
        picture=distribution(
            result.frequency, lower=figures.criterion.lower, q1=result.q1, median=result.median, q3=result.q3
        ),
        n=result.n,
        n_outside=result.n_outside_expertise,
        agreement_k=result.agreement_k,
        agreement_n=result.agreement_n,
        median=result.median,
        q1=result.q1,
        q3=result.q3,
        iqr=result.iqr,
        rank=result.rank,
        rank_range=rank_range(result),
        strength=strength_sentence(report.get("strength"), colleges=colleges),
        is_fragile=is_fragile(report.get("strength")),
        further=further_sentences(report),
        chance=report.get("false_consensus_chance"),
    )


def rank_range(result: RoundResult) -> str:
    """The frozen limits of the rank in words."""
    if result.rank_low is None or result.rank_high is None or result.rank_low == result.rank_high:
        return ""
    return f"{result.rank_low}–{result.rank_high}"
