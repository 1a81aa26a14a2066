"""What study a file of ratings makes: its codes, its questions, its protocol."""

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.types import Scale
from surveys.localized import LANGUAGES, LocalizedText
from surveys.rating_cells import FINE_FROM_POINTS
from surveys.rating_files import RatingTable, read_ratings
from surveys.rules.protocol import CriterionRule, ProtocolSettings, default_settings
from surveys.study_files import ScaleEntry, StudyTexts

ONLY_CRITERION = "rating"


@dataclass(frozen=True, slots=True)
class ConsensusOptions:
    """What the published study counted as consensus, where it differs from the defaults for its scale."""

    agree_from: int | None = None
    agreement: str | None = None
    iqr: float | None = None


def read_ratings_to_import(source: Path | bytes, *, scale: Scale, name: str | None = None) -> RatingTable:
    """`read_ratings`; on a scale as fine as 0-100 a fraction counts as the next whole point, with a notice."""
    return read_ratings(source, scale=scale, name=name, rounds_fractions=scale.points >= FINE_FROM_POINTS)


def slug_of(name: str) -> str:
    """`name` as it stands in an address: plain small letters, digits and hyphens, at most 64."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-") or "study"


def criterion_codes(table: RatingTable) -> dict[str | None, str]:
    """Each criterion of the file (None where it has no such column) to a code that no other has."""
    codes: dict[str | None, str] = {}
    for number, criterion in enumerate(table.criteria, start=1):
        code = ONLY_CRITERION if criterion is None else slug_of(criterion)[:28]
        codes[criterion] = f"{code}-{number}" if code in codes.values() else code
    return codes


def said_alike(text: str) -> LocalizedText:
    """Words of the file, whose language it does not say: the same for every reader."""
    return LocalizedText(dict.fromkeys(LANGUAGES, text))


def texts_of(table: RatingTable, *, name: str, codes: dict[str | None, str]) -> StudyTexts:
    """The study's name and one scale a criterion."""
    only = LocalizedText(en="Rating", fr="Évaluation")
    names = {code: only if criterion is None else said_alike(criterion) for criterion, code in codes.items()}
    return StudyTexts(
        languages=LANGUAGES,
        name=said_alike(name),
        purpose=LocalizedText(),
        consent=LocalizedText(),
        perspective=LocalizedText(),
        scales=tuple(
            ScaleEntry(
                code=code,
                name=words,
                question=words,
                lower=table.scale.lower,
                upper=table.scale.upper,
                labels={},
            )
            for code, words in names.items()
        ),
        glossary=(),
    )


def settings_of(table: RatingTable, *, codes: tuple[str, ...], options: ConsensusOptions) -> ProtocolSettings:
    """The default protocol of the scale with the study's own thresholds.

    Raises ValueError, quoting value and allowed range, where a threshold is none.
    """
    settings = default_settings(dict.fromkeys(codes, table.scale))
    changes: dict[str, Any] = {
        key: value
        for key, value in (
            ("agree_from", options.agree_from),
            ("agreement", options.agreement),
            ("iqr", options.iqr),
        )
        if value is not None
    }
    criteria: dict[str, CriterionRule] = {code: replace(rule, **changes) for code, rule in settings.criteria.items()}
    changed = replace(settings, criteria=criteria)
    for code in codes:
        changed.rule_for(code).check_scale(table.scale)
    return changed
