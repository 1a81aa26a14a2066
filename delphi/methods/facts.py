"""What the record says on the items of the guidelines, as sentences; every number is read, none is made here."""

from collections.abc import Callable, Mapping

from flask_babel import gettext, ngettext

from analysis.types import Quantile
from delphi.i18n import LANGUAGE_NAMES, in_language, number
from delphi.methods import findings
from delphi.methods.written import Said, in_groups, on
from delphi.sentences import KINDS_PLURAL
from delphi.sentences.protocol import QUARTILES, rule_sentence
from surveys.queries.methods import MethodsRecord
from surveys.vocabulary import FeedbackKind, RoundKind


def _title(record: MethodsRecord) -> Said:
    return [
        gettext(
            "The study is called “%(name)s”; its report says that it is a Delphi study.", name=in_language(record.name)
        )
    ]


def _purpose(record: MethodsRecord) -> Said:
    return [line for line in in_language(record.purpose).splitlines() if line.strip()]


def _protocol(record: MethodsRecord) -> Said:
    protocol = record.protocol
    if protocol.locked_at is None:
        return [gettext("The protocol is not locked yet.")]
    return [
        gettext(
            "The rules were locked on %(day)s, before the first round. Fingerprint (SHA-256): %(fingerprint)s.",
            day=on(record, protocol.locked_at),
            fingerprint=in_groups(protocol.first_fingerprint),
        )
    ]


def _roles(record: MethodsRecord) -> Said:
    said = [gettext("A secretariat runs the study; facilitators lead the panels and put ideas together.")]
    return [*said, gettext("Contact: %(name)s.", name=record.contact)] if record.contact else said


def _panels(record: MethodsRecord) -> Said:
    seats = record.people.invited
    return [
        ngettext("%(num)s panel, one for each objective.", "%(num)s panels, one for each objective.", record.n_panels),
        gettext("%(seats)s seats were given to %(people)s people.", seats=seats.seats, people=seats.people),
    ]


def _participants(record: MethodsRecord) -> Said:
    people = record.people
    return [
        gettext("Invited: %(n)s people (ever given a seat in a panel).", n=people.invited.people),
        gettext("Joined: %(n)s (agreed to take part, also if they left later).", n=people.joined.people),
        gettext("Started: %(n)s (saved something in at least one round).", n=people.started.people),
        gettext("Submitted at least one round: %(n)s.", n=people.submitted_once.people),
        gettext("Submitted every round of their panel: %(n)s.", n=people.submitted_every.people),
    ]


def _response(record: MethodsRecord) -> Said:
    return [
        gettext(
            "Round %(number)s: %(asked)s seats asked, %(started)s started, %(submitted)s submitted (%(share)s %%).",
            number=one.number,
            asked=one.n_asked,
            started=one.n_started,
            submitted=one.n_submitted,
            share=number(100 * one.n_submitted / one.n_asked if one.n_asked else None, 0),
        )
        for one in record.rounds
    ]


def _invitation(record: MethodsRecord) -> Said:
    return [
        gettext(
            "Each person got a personal link by mail, read what taking part means, and agreed before the first answer."
        )
    ]


def _method(record: MethodsRecord) -> Said:
    has_ideas = any(RoundKind.IDEAS in one.kinds for one in record.rounds)
    start = gettext("The first round asked for ideas in the experts’ own words; later rounds rated what came of them.")
    return [
        gettext("A Delphi study in rounds, online, with controlled feedback between rounds."),
        start if has_ideas else gettext("All rounds rated statements that were given."),
    ]


def _questionnaire(record: MethodsRecord) -> Said:
    return [
        gettext(
            "%(criterion)s: “%(question)s”, on a scale from %(lower)s to %(upper)s; asked of: %(kinds)s.",
            criterion=in_language(one.name),
            question=in_language(one.question),
            lower=one.lower,
            upper=one.upper,
            kinds=", ".join(str(KINDS_PLURAL[kind]).lower() for kind in one.kinds),
        )
        for one in record.criteria
    ] + [gettext("Besides rating, one could say “outside my expertise” or “need more information”, and comment.")]


def _rounds(record: MethodsRecord) -> Said:
    what = {RoundKind.IDEAS: gettext("open questions"), RoundKind.RATING: gettext("rating of statements")}
    return [
        gettext(
            "Round %(number)s: %(what)s, from %(opened)s to %(closed)s, in %(n)s panels.",
            number=one.number,
            what=", ".join(what[kind] for kind in one.kinds),
            opened=on(record, one.opened_at),
            closed=on(record, one.closed_at),
            n=one.n_panels,
        )
        for one in record.rounds
    ]


def _consensus(record: MethodsRecord) -> Said:
    settings = record.protocol.settings
    names = {one.code: in_language(one.name) for one in record.criteria}
    return [
        gettext(
            "%(criterion)s: %(sentence)s",
            criterion=names.get(code, code),
            sentence=rule_sentence(rule, settings=settings),
        )
        for code, rule in settings.criteria.items()
    ]


def _settled(record: MethodsRecord) -> Said:
    flow = record.statements
    return [
        ngettext(
            "%(num)s of %(all)s statements left before the last round: the rule had settled it.",
            "%(num)s of %(all)s statements left before the last round: the rule had settled them.",
            flow.n_settled_early,
            all=flow.n_rated,
        )
    ]


def _collection(record: MethodsRecord) -> Said:
    return [
        gettext(
            "On web pages that save while one writes; answers on paper were keyed in under a code and marked as such."
        ),
        gettext("Answers that were saved count, sent in or not; sending gives a receipt."),
    ]


def _analysis(record: MethodsRecord) -> Said:
    settings = record.protocol.settings
    return [
        gettext(
            "Median, quartiles (%(method)s), share of agreement, verdict and rank of each statement; Kendall’s W over "
            "all. Each figure was computed once, when its round closed, and frozen.",
            method=QUARTILES[Quantile(settings.quantile)],
        ),
        gettext("Computed with %(engine)s.", engine=", ".join(record.engine) or "–"),
    ]


def _feedback(record: MethodsRecord) -> Said:
    settings = record.protocol.settings
    kinds = {
        FeedbackKind.NONE: gettext("Experts saw nothing of the others’ answers between rounds."),
        FeedbackKind.COUNTS: gettext("Each expert saw their own answer beside the counts of the group at each point."),
        FeedbackKind.COUNTS_AND_COMMENTS: gettext(
            "Each expert saw their own answer beside the counts of the group at each point, and its comments."
        ),
        FeedbackKind.BY_COLLEGE: gettext(
            "Each expert saw their own answer beside the counts of the group, of its colleges, and its comments."
        ),
    }
    kind = settings.feedback_kind
    if kind is FeedbackKind.NONE:
        return [kinds[kind]]
    return [
        kinds[kind],
        gettext("Nothing was shown of fewer than %(n)s people, and no verdict to anybody.", n=settings.min_group_size),
    ]


def _feedback_groups(record: MethodsRecord) -> Said:
    if record.protocol.settings.feedback_kind is FeedbackKind.BY_COLLEGE:
        return [gettext("About the whole panel, and about each college that is large enough.")]
    return [gettext("About the whole panel, never about groups.")]


def _anonymity(record: MethodsRecord) -> Said:
    return [
        gettext(
            "Experts were anonymous to each other; comments were reviewed and shown without author, time or language."
        ),
        gettext("Facilitators saw codes that change with every round, never a name beside an answer."),
    ]


def _steering(record: MethodsRecord) -> Said:
    return [
        gettext("Facilitators and secretariat have no vote; who also had a seat answered as an expert, anonymously.")
    ]


def _reminders(record: MethodsRecord) -> Said:
    return [
        ngettext(
            "Who had not finished was reminded at most %(num)s time a round.",
            "Who had not finished was reminded at most %(num)s times a round.",
            record.protocol.settings.reminders_at_most,
        )
    ]


def _languages(record: MethodsRecord) -> Said:
    names = ", ".join(LANGUAGE_NAMES.get(code, code) for code in record.languages)
    return [
        gettext(
            "Everything could be read and answered in: %(languages)s. Ratings of all languages were pooled.",
            languages=names,
        ),
        gettext("Pages work on telephones, without scripts, with screen readers (WCAG 2.2 AA), and on paper."),
    ]


FACTS: Mapping[str, Callable[[MethodsRecord], Said]] = {
    "title": _title,
    "purpose": _purpose,
    "protocol": _protocol,
    "roles": _roles,
    "panels": _panels,
    "participants": _participants,
    "response": _response,
    "invitation": _invitation,
    "method": _method,
    "questionnaire": _questionnaire,
    "rounds": _rounds,
    "consensus": _consensus,
    "settled": _settled,
    "collection": _collection,
    "analysis": _analysis,
    "synthesis": findings.synthesis,
    "feedback": _feedback,
    "feedback_groups": _feedback_groups,
    "anonymity": _anonymity,
    "steering": _steering,
    "reminders": _reminders,
    "languages": _languages,
    "amendments": findings.amendments,
    "stopping": findings.stopping,
    "outcomes": findings.outcomes,
    "statements": findings.statements,
    "dissent": findings.dissent,
    "weights": findings.weights,
    "flow": findings.flow,
    "attrition": findings.attrition,
    "fragility": findings.fragility,
}


def said_on(facts: tuple[str, ...], record: MethodsRecord) -> tuple[str, ...]:
    """The sentences of an item, each once."""
    return tuple(dict.fromkeys(sentence for name in facts for sentence in FACTS[name](record)))
