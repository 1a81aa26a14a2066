"""The protocol of a study as sentences, made from its settings, so that what is read is what is applied."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from analysis.types import Denominator, Quantile
from delphi.i18n import in_language, number, percent
from surveys.localized import LocalizedText
from surveys.rules.protocol import CriterionRule, ProtocolSettings
from surveys.vocabulary import FeedbackKind, StopRule

QUARTILES: dict[Quantile, Any] = {
    Quantile.LINEAR: _l("linear"),
    Quantile.WEIBULL: _l("Weibull"),
    Quantile.AVERAGED_INVERTED_CDF: _l("averaged inverted distribution"),
    Quantile.TUKEY_HINGES: _l("Tukey's hinges"),
}
DENOMINATORS: dict[Denominator, Any] = {
    Denominator.RATED: _l("Shares are taken of those who rated the statement."),
    Denominator.RETURNED: _l("Shares are taken of those who answered the round."),
    Denominator.ELIGIBLE: _l("Shares are taken of everybody who was asked."),
}
STOPS: dict[StopRule, Any] = {
    StopRule.VERDICT: _l("A statement leaves the questionnaire as soon as it is agreed, or agreed to drop."),
    StopRule.STABLE: _l("A statement leaves the questionnaire only when two rounds running gave it the same verdict."),
}


def rule_sentence(rule: CriterionRule, *, settings: ProtocolSettings) -> str:
    """When a statement is agreed under one criterion's rule."""
    return gettext(
        "A statement is agreed when at least %(share)s rate it %(low)s to %(high)s and the middle half spans at most "
        "%(iqr)s points, with at least %(n)s answers (quartiles: %(method)s).",
        share=percent(float(Fraction(rule.agreement))),
        low=number(rule.agree_from),
        high=number(rule.agree_to),
        iqr=number(rule.iqr),
        n=settings.min_n,
        method=QUARTILES[Quantile(settings.quantile)],
    )


def protocol_sentences(settings: ProtocolSettings, *, names: Mapping[str, LocalizedText]) -> list[str]:
    """The whole protocol: the rule of consensus, then how rounds are run. `names`: criterion code to its name."""
    found = []
    if len(set(settings.criteria.values())) == 1:
        found.append(rule_sentence(next(iter(settings.criteria.values())), settings=settings))
    else:
        found += [
            gettext(
                "%(criterion)s: %(sentence)s",
                criterion=in_language(names.get(code)) or code,
                sentence=rule_sentence(rule, settings=settings),
            )
            for code, rule in settings.criteria.items()
        ]
    found.append(str(DENOMINATORS[Denominator(settings.denominator)]))
    found.append(ngettext("There is at most %(num)d round.", "There are at most %(num)d rounds.", settings.max_rounds))
    found.append(str(STOPS[StopRule(settings.stop)]))
    found += _feedback(settings)
    if settings.asks_reason:
        found.append(gettext("Who leaves the middle half of the answers is asked why, and may prefer not to say."))
    found.append(
        ngettext(
            "Who has not finished is reminded at most once a round.",
            "Who has not finished is reminded at most %(num)d times a round.",
            settings.reminders_at_most,
        )
    )
    if settings.reminders_at_most > 1:
        found.append(
            ngettext(
                "At least %(num)d hour lies between two reminders.",
                "At least %(num)d hours lie between two reminders.",
                settings.reminder_gap_hours,
            )
        )
    if settings.grace_minutes:
        found.append(_grace(settings.grace_minutes))
    return found


def _feedback(settings: ProtocolSettings) -> list[str]:
    if settings.feedback_kind is FeedbackKind.NONE:
        return [gettext("Between rounds experts do not see the group's answers.")]
    found = [
        gettext(
            "Between rounds experts see the group's answers without names, from %(n)s answers on.",
            n=settings.min_group_size,
        )
    ]
    if settings.feedback_kind is FeedbackKind.BY_COLLEGE:
        found.append(
            gettext(
                "They see each college's answers too, where it and all others together have at least %(n)s each.",
                n=settings.min_group_size,
            )
        )
    if settings.feedback_kind is FeedbackKind.COUNTS:
        found.append(gettext("They do not see the comments."))
    return found


def _grace(minutes: int) -> str:
    if minutes % 60 == 0:
        return str(
            ngettext(
                "Answers are taken until %(num)d hour after the closing time.",
                "Answers are taken until %(num)d hours after the closing time.",
                minutes // 60,
            )
        )
    return str(
        ngettext(
            "Answers are taken until %(num)d minute after the closing time.",
            "Answers are taken until %(num)d minutes after the closing time.",
            minutes,
        )
    )
