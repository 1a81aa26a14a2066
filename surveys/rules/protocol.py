"""The rules of a study as plain values: what counts as consensus, who is shown what, when to stop."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from analysis.types import ConsensusRule, Denominator, Quantile, Scale
from surveys.vocabulary import FeedbackKind, StopRule

ADDED_LATER: dict[str, Any] = {
    "asks_reason": False,
    "reminder_gap_hours": 24,
    "feedback": FeedbackKind.COUNTS_AND_COMMENTS.value,
    "stop": StopRule.VERDICT.value,
    "instrument": "",
}
"""Rules that older protocols do not name, with what held before; they are written only where they say otherwise."""


@dataclass(frozen=True, slots=True)
class CriterionRule:
    """When one criterion (importance, feasibility) is agreed. `agreement` is a fraction such as "3/4"."""

    agree_from: int
    agree_to: int
    agreement: str = "3/4"
    iqr: float = 2.0


@dataclass(frozen=True, slots=True)
class ProtocolSettings:
    """Locked before launch; a later change is an amendment with a reason."""

    criteria: dict[str, CriterionRule] = field(default_factory=dict)
    quantile: str = Quantile.LINEAR.value
    denominator: str = Denominator.RATED.value
    min_n: int = 5
    min_group_size: int = 5
    max_rounds: int = 3
    shows_feedback: bool = True
    asks_reason: bool = False
    """Ask who leaves the middle half of the answers before for a reason; "prefer not to say" is one."""
    grace_minutes: int = 0
    reminders_at_most: int = 3
    reminder_gap_hours: int = 24
    feedback: str = FeedbackKind.COUNTS_AND_COMMENTS.value
    """What experts see where `shows_feedback`; read it as `feedback_kind`."""
    stop: str = StopRule.VERDICT.value
    instrument: str = ""
    """SHA-256 of the questions and scales, set at the lock: the protocol's fingerprint seals them too."""

    def rule_for(self, criterion_code: str) -> ConsensusRule:
        """The rule of one criterion in the form `analysis` reads."""
        rule = self.criteria[criterion_code]
        return ConsensusRule(
            agree_from=rule.agree_from,
            agree_to=rule.agree_to,
            agreement=Fraction(rule.agreement),
            iqr=rule.iqr,
            quantile=Quantile(self.quantile),
            denominator=Denominator(self.denominator),
            min_n=self.min_n,
        )

    def as_json(self) -> dict[str, Any]:
        settings = asdict(self)
        for name, before in ADDED_LATER.items():
            # Protocols that were locked before this rule existed keep their fingerprint.
            if settings[name] == before:
                del settings[name]
        return settings

    @classmethod
    def from_json(cls, settings: dict[str, Any]) -> "ProtocolSettings":
        criteria = {code: CriterionRule(**rule) for code, rule in settings["criteria"].items()}
        return cls(**{**settings, "criteria": criteria})

    @property
    def feedback_kind(self) -> FeedbackKind:
        return FeedbackKind(self.feedback) if self.shows_feedback else FeedbackKind.NONE

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON: the same rules give the same 64 characters anywhere."""
        return canonical_digest(self.as_json())


def default_settings(scales: dict[str, Scale]) -> ProtocolSettings:
    """The defaults for criteria on the given scales: top third agrees on 9 points, 75 %, IQR by scale."""
    criteria: dict[str, CriterionRule] = {}
    for code, scale in scales.items():
        rule = ConsensusRule.default_for(scale)
        criteria[code] = CriterionRule(
            agree_from=rule.agree_from, agree_to=rule.agree_to, agreement=str(rule.agreement), iqr=rule.iqr
        )
    return ProtocolSettings(criteria=criteria)


def canonical_digest(value: Any) -> str:
    """SHA-256 (hex) of `value` as canonical JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
