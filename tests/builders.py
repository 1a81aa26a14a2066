"""Small studies for tests, made by the same services as real ones. Plain functions, explicit arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from analysis.types import Scale as AnalysisScale
from delphi.database import Database
from surveys.localized import LocalizedText
from surveys.models import (
    College,
    Criterion,
    Goal,
    Idea,
    Objective,
    ObjectiveVersion,
    Panellist,
    Person,
    Protocol,
    Question,
    Region,
    Round,
    Scale,
    StaffRole,
    Statement,
    StatementVersion,
    Study,
    TaskForce,
    metadata,
)
from surveys.queries.answer_reviews import written_answers
from surveys.rules.answers import IdeaAnswer, RatingAnswer
from surveys.rules.permissions import Actor
from surveys.rules.protocol import ProtocolSettings, default_settings
from surveys.services.answer_reviews import share_answer
from surveys.services.consultations import prepare_consultation
from surveys.services.ideas import save_ideas
from surveys.services.rehearsal import play_step, start_rehearsal
from surveys.services.rounds import close_round, open_round, plan_round
from surveys.services.sign_in import ensure_invitation, sign_in_staff
from surveys.services.submissions import save_ratings
from surveys.vocabulary import Audience, MembershipStatus, QuestionKind, RatingState, Role, RoundKind, StatementKind
from tests.conftest import SECRET_KEY

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def said(english: str, french: str | None = None) -> LocalizedText:
    return LocalizedText(en=english, fr=french if french is not None else f"{english} (fr)")


@dataclass
class SmallStudy:
    """Ids of a study with one task force; `experts` are person ids in the order of `panellists`."""

    study_id: int
    task_force_id: int
    experts: list[int]
    panellists: list[int]
    facilitator_id: int
    secretary_id: int
    importance_id: int
    feasibility_id: int


def a_study(
    session: Session,
    *,
    n_experts: int = 6,
    code: str = "A5",
    slug: str = "soil",
    settings: ProtocolSettings | None = None,
) -> SmallStudy:
    """A study with one objective and a locked protocol: importance (primary) and feasibility on 1 to 9."""
    study = Study(slug=slug, name=said("Soil study", "Étude des sols"), created_at=NOW)
    session.add(study)
    session.flush()
    scale = Scale(
        study_id=study.id,
        code="nine",
        lower=1,
        upper=9,
        labels={"1": {"en": "not at all", "fr": "pas du tout"}, "9": {"en": "essential", "fr": "essentiel"}},
    )
    session.add(scale)
    session.flush()
    rated = [StatementKind.ACTIVITY.value, StatementKind.OBSTACLE.value, StatementKind.SUCCESS_FACTOR.value]
    importance = Criterion(
        study_id=study.id,
        scale_id=scale.id,
        code="importance",
        name=said("Importance"),
        question=said("How important is this?", "Quelle importance ?"),
        kinds=rated,
        is_primary=True,
        position=1,
    )
    feasibility = Criterion(
        study_id=study.id,
        scale_id=scale.id,
        code="feasibility",
        name=said("Feasibility", "Faisabilité"),
        question=said("How feasible is this?", "Est-ce faisable ?"),
        kinds=[StatementKind.ACTIVITY.value],
        position=2,
    )
    nine = AnalysisScale(1, 9)
    settings = settings or default_settings({"importance": nine, "feasibility": nine})
    session.add_all([importance, feasibility])
    session.add(
        Protocol(
            study_id=study.id,
            version=1,
            settings=settings.as_json(),
            fingerprint=settings.fingerprint,
            locked_at=NOW,
        )
    )
    session.add(College(study_id=study.id, code="farmers", name=said("Farmers", "Agriculteurs")))
    session.add(Region(study_id=study.id, code="africa", name=said("Africa", "Afrique")))
    goal = Goal(study_id=study.id, code=code[0], name=said("Goal"))
    session.add(goal)
    session.flush()
    facilitator = a_person(session, name=f"Lukas {code}", email=f"lukas.{slug}.{code.lower()}@example.org")
    secretary = a_person(session, name="Paula Secretary", email=f"paula.{slug}@example.org")
    session.add(StaffRole(person_id=secretary.id, role=Role.SECRETARIAT, study_id=study.id))
    small = SmallStudy(
        study_id=study.id,
        task_force_id=0,
        experts=[],
        panellists=[],
        facilitator_id=facilitator.id,
        secretary_id=secretary.id,
        importance_id=importance.id,
        feasibility_id=feasibility.id,
    )
    small.task_force_id = a_task_force(session, study_id=study.id, goal_id=goal.id, code=code)
    session.add(StaffRole(person_id=facilitator.id, role=Role.FACILITATOR, task_force_id=small.task_force_id))
    slugs = [f"{slug}.{code.lower()}.{number}" for number in range(1, n_experts + 1)]
    for person, panellist in some_experts(session, task_force_id=small.task_force_id, slugs=slugs):
        small.experts.append(person.id)
        small.panellists.append(panellist.id)
    return small


def a_task_force(session: Session, *, study_id: int, goal_id: int, code: str) -> int:
    """An objective with its first version, and its task force."""
    objective = Objective(study_id=study_id, goal_id=goal_id, code=code)
    session.add(objective)
    session.flush()
    session.add(
        ObjectiveVersion(
            objective_id=objective.id, version=1, title=said(f"Objective {code}", f"Objectif {code}"), created_at=NOW
        )
    )
    task_force = TaskForce(study_id=study_id, objective_id=objective.id, code=code)
    session.add(task_force)
    session.flush()
    return task_force.id


def a_person(session: Session, *, name: str, email: str, language: str = "en") -> Person:
    person = Person(name=name, email=email, language=language, created_at=NOW)
    session.add(person)
    session.flush()
    return person


def an_expert(
    session: Session, *, task_force_id: int, slug: str, language: str = "en", consented: bool = True
) -> tuple[Person, Panellist]:
    (made,) = some_experts(session, task_force_id=task_force_id, slugs=[slug], language=language, consented=consented)
    return made


def some_experts(
    session: Session, *, task_force_id: int, slugs: Sequence[str], language: str = "en", consented: bool = True
) -> list[tuple[Person, Panellist]]:
    """People and their seats, in the order of `slugs`."""
    people = [
        Person(name=f"Expert {slug}", email=f"expert.{slug}@example.org", language=language, created_at=NOW)
        for slug in slugs
    ]
    session.add_all(people)
    session.flush()
    seats = [
        Panellist(
            task_force_id=task_force_id,
            person_id=person.id,
            language=language,
            status=MembershipStatus.JOINED if consented else MembershipStatus.INVITED,
            consented_at=NOW if consented else None,
        )
        for person in people
    ]
    session.add_all(seats)
    session.flush()
    return list(zip(people, seats, strict=True))


def a_statement(
    session: Session,
    *,
    task_force_id: int,
    number: int = 1,
    kind: StatementKind = StatementKind.ACTIVITY,
    text: str = "Train advisers in soil testing",
    parent_id: int | None = None,
) -> Statement:
    (made,) = some_statements(
        session, task_force_id=task_force_id, numbers=[number], kind=kind, text=text, parent_id=parent_id
    )
    return made


def some_statements(
    session: Session,
    *,
    task_force_id: int,
    numbers: Sequence[int],
    kind: StatementKind = StatementKind.ACTIVITY,
    text: str = "Train advisers in soil testing",
    parent_id: int | None = None,
) -> list[Statement]:
    """Statements and their first versions, in the order of `numbers`."""
    code = session.get_one(TaskForce, task_force_id).code
    made = [
        Statement(
            task_force_id=task_force_id, code=f"{code}-{number:02d}", kind=kind, parent_id=parent_id, created_at=NOW
        )
        for number in numbers
    ]
    session.add_all(made)
    session.flush()
    session.add_all(
        StatementVersion(statement_id=statement.id, number=1, text=said(f"{text} {number}"), created_at=NOW)
        for statement, number in zip(made, numbers, strict=True)
    )
    session.flush()
    return made


def a_planned_rating_round(session: Session, small: SmallStudy, *, n_statements: int) -> tuple[Round, list[int]]:
    """A planned rating round on `n_statements` activities, and their ids."""
    made = some_statements(session, task_force_id=small.task_force_id, numbers=range(1, n_statements + 1))
    statements = [statement.id for statement in made]
    round_ = plan_round(
        session,
        actor=None,
        task_force=session.get_one(TaskForce, small.task_force_id),
        kind=RoundKind.RATING,
        statement_ids=tuple(statements),
        now=NOW,
    )
    return round_, statements


def an_open_rating_round(
    session: Session, small: SmallStudy, *, n_statements: int = 3, deadline_at: datetime | None = None
) -> tuple[Round, list[int]]:
    """An open rating round on `n_statements` activities, and their ids."""
    round_, statements = a_planned_rating_round(session, small, n_statements=n_statements)
    deadline_at = deadline_at or datetime.now(UTC) + timedelta(days=14)
    open_round(
        session, actor=None, round_=round_, deadline_at=deadline_at, languages=("en", "fr"), now=NOW, notify=False
    )
    return round_, statements


def ratings(rows: str) -> list[list[int | None]]:
    """`ratings("9 8 7 | 1 . 3")`: a row an expert, a dot for a blank."""
    return [[None if cell == "." else int(cell) for cell in row.split()] for row in rows.split("|")]


def rate(
    session: Session, small: SmallStudy, *, round_id: int, statements: Sequence[int], rows: str, now: datetime = NOW
) -> None:
    """Save importance ratings: row by expert, column by statement."""
    for person_id, row in zip(small.experts, ratings(rows), strict=False):
        answers = [
            RatingAnswer(statement_id, small.importance_id, RatingState.RATED, value)
            for statement_id, value in zip(statements, row, strict=True)
            if value is not None
        ]
        save_ratings(
            session, actor=as_expert(small, person_id), round_id=round_id, answers=answers, language="en", now=now
        )


def as_expert(small: SmallStudy, person_id: int) -> Actor:
    return Actor(person_id=person_id, audience=Audience.EXPERT, panels=frozenset({small.task_force_id}))


def as_facilitator(small: SmallStudy) -> Actor:
    return Actor(person_id=small.facilitator_id, audience=Audience.STAFF, facilitates=frozenset({small.task_force_id}))


def as_secretary(small: SmallStudy) -> Actor:
    return Actor(person_id=small.secretary_id, audience=Audience.STAFF, oversees=frozenset({small.study_id}))


def invitation_path(session: Session, *, person_id: int, study_id: int) -> str:
    """The address of a person's link, as it stands in the invitation mail."""
    _, token = ensure_invitation(session, person_id=person_id, study_id=study_id, secret_key=SECRET_KEY, now=NOW)
    return f"/r/{token}"


def expert_client(app: Flask, small: SmallStudy, person_id: int) -> FlaskClient:
    """A browser signed in through the expert's link."""
    with app.extensions["delphi_database"].writing() as session:
        path = invitation_path(session, person_id=person_id, study_id=small.study_id)
    client = app.test_client()
    response = client.post(path)
    assert response.status_code == 303
    return client


def staff_client(app: Flask, person_id: int) -> FlaskClient:
    """A browser in which a member of staff is signed in."""
    with app.extensions["delphi_database"].writing() as session:
        token = sign_in_staff(session, person_id=person_id, now=datetime.now(UTC), is_strong=True)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["sign_in"] = token
    return client


def token_in(page: str) -> str:
    """The form token of a page, as a browser would send it back."""
    marker = 'name="csrf_token" type="hidden" value="'
    other = 'type="hidden" name="csrf_token" value="'
    start = page.find(marker)
    width = len(marker)
    if start < 0:
        start, width = page.find(other), len(other)
    assert start >= 0, "the page has no form token"
    return page[start + width : page.index('"', start + width)]


def everybody(session: Session) -> list[Person]:
    return list(session.exec(select(Person)).all())


def a_closed_ideas_round(
    session: Session, small: SmallStudy, *, ideas: Sequence[tuple[int, StatementKind, str, str]] = ()
) -> tuple[Round, list[int]]:
    """A closed round of open questions, and the ids of its ideas: (index of the expert, kind, text, language) each."""
    round_ = plan_round(
        session,
        actor=None,
        task_force=session.get_one(TaskForce, small.task_force_id),
        kind=RoundKind.IDEAS,
        now=NOW,
    )
    open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en", "fr"), now=NOW, notify=False)
    for number, (expert, kind, text, language) in enumerate(ideas):
        save_ideas(
            session,
            actor=as_expert(small, small.experts[expert]),
            round_id=round_.id,
            ideas=[IdeaAnswer(slot=f"{kind.value}-{number}", kind=kind, text=text)],
            language=language,
            now=NOW,
        )
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    slots = {idea.slot: idea.id for idea in session.exec(select(Idea).where(Idea.round_id == round_.id)).all()}
    return round_, [slots[f"{kind.value}-{number}"] for number, (_, kind, _, _) in enumerate(ideas)]


def an_open_ideas_round(
    session: Session, small: SmallStudy, *, deadline_at: datetime | None = None, now: datetime = NOW
) -> Round:
    """The first round of the task force, open for ideas."""
    round_ = plan_round(
        session,
        actor=None,
        task_force=session.get_one(TaskForce, small.task_force_id),
        kind=RoundKind.IDEAS,
        now=now,
    )
    open_round(
        session,
        actor=None,
        round_=round_,
        deadline_at=deadline_at or datetime.now(UTC) + timedelta(days=14),
        languages=("en", "fr"),
        now=now,
        notify=False,
    )
    return round_


def a_rating_round_on(session: Session, small: SmallStudy, *, statements: Sequence[int]) -> Round:
    """The next round of the task force, open, on statements that are there already."""
    round_ = plan_round(
        session,
        actor=None,
        task_force=session.get_one(TaskForce, small.task_force_id),
        kind=RoundKind.RATING,
        statement_ids=tuple(statements),
        now=NOW,
    )
    open_round(
        session,
        actor=None,
        round_=round_,
        deadline_at=datetime.now(UTC) + timedelta(days=14),
        languages=("en", "fr"),
        now=NOW,
        notify=False,
    )
    return round_


def a_second_look(session: Session, small: SmallStudy, *, rows: str) -> tuple[int, int, list[int]]:
    """A closed rating round with the importance ratings of `rows`, and an open one on the same statements.

    The ids of the closed round, the open round and the statements.
    """
    n_statements = len(ratings(rows)[0])
    first, statements = an_open_rating_round(session, small, n_statements=n_statements)
    rate(session, small, round_id=first.id, statements=statements, rows=rows)
    close_round(session, actor=None, round_id=first.id, now=NOW)
    second = a_rating_round_on(session, small, statements=statements)
    return first.id, second.id, statements


def everything_stored(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to show that something changed nothing."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }


def a_question(
    session: Session,
    *,
    round_id: int,
    kind: QuestionKind,
    text: str = "What first?",
    options: Sequence[str] = ("Public money", "Private money", "A levy"),
    settings: dict[str, object] | None = None,
) -> int:
    """A further question at the end of a round, whatever its status; its options have the codes o1, o2 and so on."""
    position = len(session.exec(select(Question.id).where(Question.round_id == round_id)).all()) + 1
    question = Question(
        round_id=round_id,
        position=position,
        kind=kind,
        text=said(text),
        options=[{"code": f"o{number}", **said(option)} for number, option in enumerate(options, start=1)],
        settings=dict(settings or {}),
    )
    session.add(question)
    session.flush()
    return question.id


EVERY_KIND: dict[QuestionKind, dict[str, object]] = {
    QuestionKind.RANKING: {},
    QuestionKind.TOP_X: {"choose_at_most": 2},
    QuestionKind.POINTS: {"total": 100},
    QuestionKind.MULTIPLE_CHOICE: {"choose_at_most": 2},
    QuestionKind.SINGLE_CHOICE: {},
    QuestionKind.YES_NO: {},
    QuestionKind.NUMBER: {"lower": 0, "upper": 500.5, "unit": {"en": "t/ha", "fr": "t/ha"}},
    QuestionKind.PROBABILITY: {},
    QuestionKind.YEAR: {"lower": 2025, "upper": 2100},
    QuestionKind.SHORT_TEXT: {},
    QuestionKind.LONG_TEXT: {},
    QuestionKind.SORT_GROUPS: {
        "groups": [{"code": "g1", "en": "Now", "fr": "Maintenant"}, {"code": "g2", "en": "Later", "fr": "Plus tard"}]
    },
}
"""Settings for a question of each kind, to be used with the options of `a_question`."""


def a_consultation(session: Session, *, study_id: int, quorum: int = 1) -> int:
    """A consultation on a short document, not open yet; it closes ten days after NOW."""
    return prepare_consultation(
        session,
        actor=None,
        study_id=study_id,
        title=said("The plan", "Le plan"),
        question=said("Do you approve it?", "L'approuvez-vous ?"),
        languages=("en", "fr"),
        quorum=quorum,
        closes_at=NOW + timedelta(days=10),
        documents={"en": ("plan-en.pdf", b"%PDF en"), "fr": ("plan-fr.pdf", b"%PDF fr")},
        now=NOW,
    ).id


def an_observer(session: Session, *, study_id: int) -> int:
    """The id of a person who may follow one study."""
    person = a_person(session, name="Olga Observer", email=f"olga.{study_id}@example.org")
    session.add(StaffRole(person_id=person.id, role=Role.OBSERVER, study_id=study_id))
    session.flush()
    return person.id


def an_administrator(session: Session, *, email: str = "anton@example.org") -> int:
    """The id of a person who administers the installation and nothing else."""
    person = a_person(session, name="Anton Administrator", email=email)
    session.add(StaffRole(person_id=person.id, role=Role.ADMINISTRATOR))
    session.flush()
    return person.id


def a_planned_round(session: Session) -> tuple[SmallStudy, Round]:
    """A small study with a planned round on two statements."""
    small = a_study(session)
    round_, _ = a_planned_rating_round(session, small, n_statements=2)
    return small, round_


def a_played_rehearsal(session: Session, small: SmallStudy) -> TaskForce:
    """A rehearsal played to its end in one go."""
    copy = start_rehearsal(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
    while play_step(session, task_force_id=copy.id, now=NOW):
        pass
    return copy


def share_written_answers(session: Session, small: SmallStudy, *, round_id: int) -> list[int]:
    """Let others read every text of a closed round's further questions as written; the ids of the decisions."""
    found = [one.id for _, answers in written_answers(session, round_id=round_id) for one in answers]
    for answer_id in found:
        share_answer(session, actor=as_facilitator(small), round_id=round_id, answer_id=answer_id, now=NOW)
    return found
