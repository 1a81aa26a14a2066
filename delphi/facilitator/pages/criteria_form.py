"""The criteria of a draft protocol in the form: fields out of what is stored, and drafts out of what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from analysis.types import ConsensusRule, Scale
from delphi.i18n import LANGUAGE_NAMES, language
from delphi.sentences import KINDS_PLURAL
from surveys.localized import LocalizedText
from surveys.rules.protocol_drafts import typed_share
from surveys.services.protocol import CriterionDraft
from surveys.study_files import ScaleEntry
from surveys.study_templates import SCALES, criterion_templates, end_labels
from surveys.vocabulary import RATED_KINDS, StatementKind

OWN = "own"
WORDS = ("low", "middle", "high")
TEXT_LIMIT = 300

Stored = Mapping[str, tuple[ScaleEntry, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class KindBox:
    name: str
    label: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class CriterionBlock:
    """One criterion as the form shows it; `scales` are (value, words)."""

    code: str
    title: str
    is_first: bool
    lower: int
    upper: int
    scales: tuple[tuple[str, str], ...]
    kinds: tuple[KindBox, ...]


def criterion_fields(stored: Stored) -> dict[str, str]:
    """What the form shows for stored criteria: field to text."""
    fields: dict[str, str] = {}
    for code, (entry, kinds) in stored.items():
        fields |= {f"scale-{code}": f"{entry.lower}-{entry.upper}", f"was-{code}": f"{entry.lower}-{entry.upper}"}
        fields |= {f"kind-{code}-{kind}": "on" for kind in kinds}
        for name, text in (("name", entry.name), ("question", entry.question), *_end_words(entry).items()):
            fields |= {f"{name}-{code}-{spoken}": words for spoken, words in text.items()}
    return fields


def added_criterion(key: str, *, codes: Sequence[str], scale: tuple[int, int]) -> tuple[str, dict[str, str]]:
    """A further criterion from the catalogue, or an empty one: its code and its fields."""
    template = criterion_templates().get(key)
    names = [key] if template else []
    code = next(name for name in (*names, *(f"{OWN}-{number}" for number in range(1, 50))) if name not in codes)
    lower, upper = scale
    nothing = LocalizedText()
    entry = (
        template.on_scale(lower=lower, upper=upper)
        if template and code == key
        else ScaleEntry(code, nothing, nothing, lower, upper, {})
    )
    fields = criterion_fields({code: (entry, (StatementKind.ACTIVITY.value,))})
    return code, fields | usual_rule(code, lower=lower, upper=upper)


def usual_rule(code: str, *, lower: int, upper: int) -> dict[str, str]:
    """The fields of the rule that is usual on a scale."""
    rule = ConsensusRule.default_for(Scale(lower, upper))
    return {
        f"agree_from-{code}": str(rule.agree_from),
        f"agree_to-{code}": str(rule.agree_to),
        f"share-{code}": typed_share(str(rule.agreement)),
        f"iqr-{code}": f"{rule.iqr:g}",
    }


def with_usual_rules(values: dict[str, str], *, codes: Sequence[str]) -> dict[str, str]:
    """The form with the usual rule for every criterion whose scale was changed: the old one would be off the scale."""
    changed = dict(values)
    for code in codes:
        if values.get(f"was-{code}") not in (None, values.get(f"scale-{code}")):
            lower, upper = scale_of(values, code=code)
            changed |= usual_rule(code, lower=lower, upper=upper) | {f"was-{code}": f"{lower}-{upper}"}
    return changed


def scale_of(values: Mapping[str, str], *, code: str) -> tuple[int, int]:
    """The scale chosen for a criterion; 1 to 9 where the form names none that is offered or stored."""
    typed = values.get(f"scale-{code}", "")
    offered = {f"{lower}-{upper}": (lower, upper) for lower, upper in SCALES}
    return offered.get(typed) or _ends(typed) or (1, 9)


def drafts_of(
    values: Mapping[str, str], *, codes: Sequence[str], stored: Stored, languages: Sequence[str]
) -> list[CriterionDraft]:
    """The criteria that the form describes, in its order."""
    return [_draft(values, code=code, stored=stored, languages=languages) for code in codes]


def draft_problems(drafts: Sequence[CriterionDraft], *, languages: Sequence[str]) -> list[tuple[str, str]]:
    """Texts that are missing or too long, and criteria asked of nothing: field and sentence."""
    found = []
    for draft in drafts:
        for field, text in (("name", draft.entry.name), ("question", draft.entry.question)):
            for spoken in languages:
                name = f"{field}-{draft.entry.code}-{spoken}"
                if spoken not in text:
                    words = gettext("Please write this in %(language)s.", language=LANGUAGE_NAMES.get(spoken, spoken))
                    found.append((name, words))
                elif len(text[spoken]) > TEXT_LIMIT:
                    found.append((name, gettext("At most %(limit)s characters fit here.", limit=TEXT_LIMIT)))
        if not draft.kinds:
            name = f"kind-{draft.entry.code}-{StatementKind.ACTIVITY.value}"
            found.append((name, gettext("Please tick what this is asked of.")))
    return found


def blocks_of(drafts: Sequence[CriterionDraft]) -> tuple[CriterionBlock, ...]:
    """The criteria as the page shows them."""
    return tuple(
        CriterionBlock(
            code=draft.entry.code,
            title=draft.entry.name.in_language(language()) or gettext("A new criterion"),
            is_first=at == 0,
            lower=draft.entry.lower,
            upper=draft.entry.upper,
            scales=_scales(draft.entry),
            kinds=tuple(
                KindBox(f"kind-{draft.entry.code}-{kind.value}", str(KINDS_PLURAL[kind]), kind.value in draft.kinds)
                for kind in RATED_KINDS
            ),
        )
        for at, draft in enumerate(drafts)
    )


def _scales(entry: ScaleEntry) -> tuple[tuple[str, str], ...]:
    offered = dict.fromkeys([*SCALES, (entry.lower, entry.upper)])
    return tuple(
        (f"{lower}-{upper}", gettext("%(lower)s to %(upper)s", lower=lower, upper=upper)) for lower, upper in offered
    )


def _ends(text: str) -> tuple[int, int] | None:
    lower, _, upper = text.partition("-")
    if not (lower.isdigit() and upper.isdigit()) or len(text) > 9 or int(lower) >= int(upper):
        return None
    return int(lower), int(upper)


def _draft(values: Mapping[str, str], *, code: str, stored: Stored, languages: Sequence[str]) -> CriterionDraft:
    lower, upper = scale_of(values, code=code)
    typed = {
        field: LocalizedText({one: " ".join(values.get(f"{field}-{code}-{one}", "").split()) for one in languages})
        for field in ("name", "question", *WORDS)
    }
    before = stored[code][0] if code in stored else None
    template = criterion_templates().get(code)
    ends = end_labels(lower=lower, upper=upper, low=typed["low"], middle=typed["middle"], high=typed["high"])
    if before is not None and (before.lower, before.upper) == (lower, upper):
        labels = {**before.labels, **ends}
    elif template is not None and values.get(f"was-{code}") != f"{lower}-{upper}":
        labels = template.on_scale(lower=lower, upper=upper).labels
    elif template is not None:
        labels = {**template.on_scale(lower=lower, upper=upper).labels, **ends}
    else:
        labels = ends
    kinds = tuple(kind.value for kind in RATED_KINDS if f"kind-{code}-{kind.value}" in values)
    entry = ScaleEntry(
        code=code,
        name=typed["name"],
        question=typed["question"],
        lower=lower,
        upper=upper,
        labels={point: words for point, words in labels.items() if words},
    )
    return CriterionDraft(entry, kinds)


def _end_words(entry: ScaleEntry) -> dict[str, LocalizedText]:
    points = {"low": entry.lower, "high": entry.upper}
    if (entry.lower + entry.upper) % 2 == 0:
        points["middle"] = (entry.lower + entry.upper) // 2
    return {name: entry.labels.get(point, LocalizedText()) for name, point in points.items()}
