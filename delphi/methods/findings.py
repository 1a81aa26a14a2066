"""What the record says of the course and its results: amendments, stopping, outcomes, dissent, attrition."""

from flask_babel import gettext, ngettext

from delphi.methods.written import Said, on
from delphi.sentences import OUTCOMES
from surveys.queries.methods import MethodsRecord
from surveys.vocabulary import OutcomeStatus, StopRule


def synthesis(record: MethodsRecord) -> Said:
    flow = record.statements
    if not flow.n_ideas:
        return []
    return [
        gettext(
            "Facilitators put %(placed)s of %(ideas)s ideas into statements and set %(parked)s aside with a reason; "
            "every step is kept with its idea, and each expert could see what became of theirs.",
            placed=flow.n_placed,
            ideas=flow.n_ideas,
            parked=flow.n_parked,
        )
    ]


def amendments(record: MethodsRecord) -> Said:
    found = record.protocol.amendments
    if not found:
        return [gettext("The rules were not amended after the lock.")]
    return [
        gettext(
            "Amendment %(number)s, %(day)s: %(reason)s",
            number=one.number,
            day=on(record, one.made_at),
            reason=one.reason,
        )
        for one in found
    ]


def stopping(record: MethodsRecord) -> Said:
    settings = record.protocol.settings
    by_rule = {
        StopRule.VERDICT: gettext("A statement left the questionnaire once it was agreed, or agreed to drop."),
        StopRule.STABLE: gettext(
            "A statement left the questionnaire only once two rounds running gave it the same verdict."
        ),
    }
    return [
        ngettext(
            "The protocol allowed at most %(num)s round beforehand.",
            "The protocol allowed at most %(num)s rounds beforehand.",
            settings.max_rounds,
        ),
        by_rule[StopRule(settings.stop)],
    ]


def outcomes(record: MethodsRecord) -> Said:
    flow = record.statements
    said = [
        gettext("%(outcome)s: %(n)s", outcome=OUTCOMES[status], n=flow.outcomes[status]) for status in OutcomeStatus
    ]
    if flow.n_unpublished:
        said.append(gettext("Not published yet: %(n)s", n=flow.n_unpublished))
    return [gettext("%(n)s statements were rated.", n=flow.n_rated), *said]


def statements(record: MethodsRecord) -> Said:
    flow = record.statements
    said = [
        gettext(
            "%(made)s statements were made, %(withdrawn)s of them taken back before a rating; %(rated)s were rated, "
            "%(reworded)s of them in more than one wording.",
            made=flow.n_statements,
            withdrawn=flow.n_withdrawn,
            rated=flow.n_rated,
            reworded=flow.n_reworded,
        )
    ]
    return [*synthesis(record), *said]


def dissent(record: MethodsRecord) -> Said:
    return [
        gettext(
            "%(n)s statements ended without agreement and are reported as such; camps, reasons for and against, and "
            "principled objections are kept beside them.",
            n=record.statements.outcomes[OutcomeStatus.UNRESOLVED],
        )
    ]


def weights(record: MethodsRecord) -> Said:
    return [gettext("None: every expert’s answer counted the same.")]


def flow(record: MethodsRecord) -> Said:
    return [gettext("See the two flow diagrams of this report.")]


def attrition(record: MethodsRecord) -> Said:
    compared = [one for one in record.attrition if one.found is not None]
    biased = [one.task_force for one in compared if one.found is not None and one.found.is_biased]
    left, stayed = sum(one.n_left for one in record.attrition), sum(one.n_stayed for one in record.attrition)
    if not record.attrition:
        return [gettext("There was one rating round only: nobody could leave between two.")]
    said = [
        gettext(
            "Of %(all)s seats that answered the first rating round, %(left)s did not answer the next.",
            all=left + stayed,
            left=left,
        ),
        gettext(
            "Leavers and stayers could be compared in %(n)s of %(all)s panels.",
            n=len(compared),
            all=len(record.attrition),
        ),
    ]
    if biased:
        return [*said, gettext("Leavers had rated differently in: %(codes)s.", codes=", ".join(biased))]
    return [*said, gettext("No panel shows a marked difference between the two.")] if compared else said


def fragility(record: MethodsRecord) -> Said:
    few = record.statements.outcomes[OutcomeStatus.INSUFFICIENT]
    return [gettext("%(n)s statements had too few answers for a verdict.", n=few)]
