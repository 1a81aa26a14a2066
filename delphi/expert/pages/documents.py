"""What the documents of one expert are made of, from the pages that show the same."""

from datetime import datetime

from flask_babel import gettext

from delphi import sentences
from delphi.documents.certificate import Certificate, CertifiedRound
from delphi.documents.own_answers import GivenItem, GivenSection, LabelledAnswer, OwnAnswersSheet
from delphi.expert.pages.sending import AnsweredStatement, AnswersPage, GivenAnswer
from delphi.i18n import in_language, moment
from surveys.queries.asked_round import PanelContext
from surveys.queries.my_panels import MyPanel, MyRound
from surveys.vocabulary import RatingState, RoundStatus, StatementKind

STATES = {
    RatingState.OUTSIDE_EXPERTISE: lambda: gettext("Outside my expertise"),
    RatingState.NEED_INFORMATION: lambda: gettext("I need more information"),
    RatingState.ABSTAINED: lambda: gettext("Abstained"),
}


def counted_rounds(panel: MyPanel) -> list[MyRound]:
    """The closed rounds in which this person's answers were counted."""
    return [each for each in panel.rounds if each.status is RoundStatus.CLOSED and each.has_begun and each.closed_at]


def certificate_of(panel: MyPanel, *, context: PanelContext, name: str, now: datetime) -> Certificate | None:
    """The certificate of one expert in one task force; None before the first closed round with answers of theirs."""
    rounds = [
        CertifiedRound(number=each.number, kind=each.kind, closed_at=each.closed_at)
        for each in counted_rounds(panel)
        if each.closed_at is not None
    ]
    if not rounds:
        return None
    return Certificate(
        name=name,
        code=panel.code,
        title=panel.title,
        study=panel.study_name,
        time_zone=panel.time_zone,
        signature=context.contact_name,
        rounds=rounds,
        issued_at=now,
    )


def answers_sheet(page: AnswersPage, *, entered_by: str) -> OwnAnswersSheet:
    """One's own answers of a round in the words of the page that shows them."""
    asked = page.sitting.asked
    panel = asked.panel
    lead = [in_language(panel.title)]
    if asked.closed_at is not None:
        closed = moment(asked.closed_at, panel.time_zone)
        lead.append(gettext("This round closed on %(moment)s. This is how your answers were counted.", moment=closed))
    else:
        lead.append(gettext("As they are stored now."))
    if entered_by:
        lead.append(gettext("Entered from your paper sheet by %(name)s.", name=entered_by))
    ideas = tuple(
        GivenItem(
            kind=str(sentences.KINDS[idea.kind]),
            text=idea.text,
            on=gettext("On: %(text)s", text=parent.text) if parent else "",
        )
        for idea, parent in page.ideas
    )
    by_kind = [
        GivenSection(
            str(sentences.KINDS_PLURAL[kind]),
            tuple(_statement(each) for each in page.statements if each.kind is kind),
        )
        for kind in StatementKind
    ]
    questions = tuple(
        GivenItem(
            kind=gettext("Question"),
            text=in_language(one.text),
            answers=tuple(LabelledAnswer("", line) for line in one.lines),
        )
        for one in page.questions
    )
    return OwnAnswersSheet(
        place=gettext(
            "%(study)s · task force %(code)s · round %(number)s",
            study=in_language(panel.study_name),
            code=panel.code,
            number=asked.number,
        ),
        lead=tuple(lead),
        foot=gettext("Task force %(code)s", code=panel.code),
        receipt=page.receipt,
        submitted=moment(page.submitted_at, panel.time_zone),
        sections=[
            GivenSection(gettext("My ideas"), ideas),
            *by_kind,
            GivenSection(gettext("Questions"), questions),
        ],
    )


def _statement(statement: AnsweredStatement) -> GivenItem:
    comment = f"{statement.comment} ({sentences.STANCES[statement.stance]})" if statement.stance else statement.comment
    return GivenItem(
        kind=f"{sentences.KINDS[statement.kind]} {statement.code}",
        text=in_language(statement.text),
        answers=tuple(LabelledAnswer(in_language(one.criterion), _words(one)) for one in statement.answers),
        comment=comment,
    )


def _words(given: GivenAnswer) -> str:
    if given.state is None:
        return gettext("No answer")
    if given.state in STATES:
        return str(STATES[given.state]())
    word = in_language(given.word)
    return f"{given.value}, {word}" if word else str(given.value)
