"""The panel of the facilitator's journey with its answers stored directly: the subject is the facilitator's browser."""

from sqlmodel import Session, col, select

from delphi import clock
from delphi.demo.authorship import WrittenIdea
from surveys.models import Panellist, Person, Round, TaskForce
from surveys.queries.questionnaire import questionnaire_of
from surveys.rules.answers import IdeaAnswer, RatingAnswer
from surveys.rules.permissions import Actor
from surveys.services.ideas import save_ideas
from surveys.services.membership import give_consent
from surveys.services.submissions import save_ratings, submit_answers
from surveys.vocabulary import Audience, RatingState, RoundStatus
from tests.journeys.desk_acts import Panel, language_of, name_of, rating
from tests.journeys.visitor import Visitor


class QuickPanel(Panel):
    """Whoever answers has agreed; the first of them has a browser too, to read the results in."""

    def write(self, number: int, written: list[WrittenIdea]) -> None:
        with self.app.extensions["delphi_database"].writing() as session:
            actor, round_ = self._seat(session, number)
            save_ideas(
                session,
                actor=actor,
                round_id=round_.id,
                ideas=[IdeaAnswer(one.slot, one.kind, one.text, parent_slot=one.parent_slot) for one in written],
                language=language_of(number),
                now=clock.now(),
            )
            submit_answers(session, actor=actor, round_id=round_.id, now=clock.now())

    def rate(self, number: int, *, round_number: int, keys: dict[str, str]) -> None:
        with self.app.extensions["delphi_database"].writing() as session:
            actor, round_ = self._seat(session, number)
            asked = questionnaire_of(session, round_id=round_.id)
            values = {
                one.id: rating(keys[" ".join(one.text["en"].split())], number=number, round_number=round_number)
                for one in asked.statements
            }
            save_ratings(
                session,
                actor=actor,
                round_id=round_.id,
                answers=[
                    RatingAnswer(statement, criterion, RatingState.RATED, values[statement])
                    for statement, criterion in asked.cells
                ],
                language=language_of(number),
                now=clock.now(),
            )
            submit_answers(session, actor=actor, round_id=round_.id, now=clock.now())
        if number == 0:
            browser = Visitor(self.app.test_client()).open(f"{self.links[number]}?language=en")
            self.browsers[number] = browser.send("Continue")

    def _seat(self, session: Session, number: int) -> tuple[Actor, Round]:
        """This panellist, who agrees, and the open round of the study."""
        round_ = session.exec(
            select(Round)
            .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
            .where(Round.status == RoundStatus.OPEN, col(TaskForce.copy_of_id).is_(None))
        ).one()
        people = session.exec(
            select(Person)
            .join(Panellist, col(Panellist.person_id) == Person.id)
            .where(Panellist.task_force_id == round_.task_force_id)
        ).all()
        # Compared here: names are stored in a form that the database cannot search.
        person = next(one for one in people if one.name == name_of(number))
        actor = Actor(person_id=person.id, audience=Audience.EXPERT, panels=frozenset({round_.task_force_id}))
        give_consent(session, actor=actor, task_force_id=round_.task_force_id, agrees=True, now=clock.now())
        return actor, round_
