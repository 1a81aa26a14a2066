"""The main job from the first invitation to the exported list, and what everybody saw on the way."""

from dataclasses import dataclass, field

from flask import Flask

from tests.journeys.acts import DESK_WORDS, Consultation, blocks_on_page
from tests.journeys.exports import download_all
from tests.journeys.script import COMMENTS, LATE_COMER, LINKED_BY_HAND, N_EXPERTS, ROUND_2, ROUND_3
from tests.journeys.tampering import Tampering, changed_rating
from tests.journeys.visitor import Table

CATEGORY = ("Advice and learning", "Conseil et formation")
FACILITY_REASON = "Advisers are trained by the regional centres."


@dataclass
class Seen:
    """What stood on pages at the moments worth remembering."""

    study: Consultation
    previews: dict[str, str] = field(default_factory=dict)
    boards: dict[int, tuple[str, list[Table]]] = field(default_factory=dict)
    proposals: dict[int, str] = field(default_factory=dict)
    questionnaires: dict[int, dict[str, str]] = field(default_factory=dict)
    """Expert to the blocks of round 3 in words, by key."""
    outcomes: list[Table] = field(default_factory=list)
    lists: dict[str, list[Table]] = field(default_factory=dict)
    """Kind to the tables of the secretariat's list."""
    files: dict[str, bytes] = field(default_factory=dict)
    pages_before_publishing: dict[int, int] = field(default_factory=dict)
    feedback_with_changed_rating: tuple[str, str] = ("", "")
    """A page of round 3 before and while a rating of round 2 was changed in the database."""


def play(app: Flask) -> Seen:
    """Every act in its order."""
    study = Consultation(app, code="A5")
    seen = Seen(study)

    study.plan_round_of_ideas()
    study.open_planned_round(n_people=N_EXPERTS)
    study.invite_experts()
    for expert in study.experts[:LATE_COMER]:
        study.enter(expert)
        study.write_ideas(expert)
    seen.previews["round 1"] = study.close_round(1)

    study.place_every_idea()
    study.link_by_hand(*LINKED_BY_HAND)

    seen.proposals[2] = study.build_next_round(2)
    study.open_planned_round(n_people=N_EXPERTS)
    study.enter(study.experts[LATE_COMER])
    for expert in study.experts:
        study.go_on(expert)
        study.rate(expert, ROUND_2, comments=COMMENTS)
        study.send_answers(expert, number=2)
    seen.previews["round 2"] = study.close_round(2)
    study.review_comments()
    board = study.open_board(2)
    seen.boards[2] = board.text, board.tables

    seen.proposals[3] = study.build_next_round(3)
    study.open_planned_round(n_people=N_EXPERTS)
    look_while_a_rating_is_changed(seen)
    for expert in study.experts[:LATE_COMER]:
        page = study.go_on(expert)
        seen.questionnaires[expert.number] = {key: words for key, (_, words) in blocks_on_page(page).items()}
        study.rate(expert, ROUND_3)
        study.send_answers(expert, number=3)
    seen.previews["round 3"] = study.close_round(3)
    board = study.open_board(3)
    seen.boards[3] = board.text, board.tables

    for expert in study.experts:
        seen.pages_before_publishing[expert.number] = len(expert.browser.seen)
    seen.previews["publishing"] = study.publish()
    seen.outcomes = study.facilitator.tables
    for expert in study.experts:
        study.go_on(expert)

    sort_into_category(study, key="advisers")
    give_to_facility(study, key="advisers")
    list_and_export(seen)
    return seen


def look_while_a_rating_is_changed(seen: Seen) -> None:
    """An expert's second look, and the same again while an answer of the closed round is another one."""
    expert = seen.study.experts[0]
    before = seen.study.go_on(expert).text
    tampering = Tampering(round_number=2, code=seen.study.codes["map"], old=4, new=1)
    with changed_rating(seen.study.app, tampering):
        seen.feedback_with_changed_rating = before, seen.study.go_on(expert).text


def sort_into_category(study: Consultation, *, key: str) -> None:
    study.secretary.open("/").follow("Categories")
    study.secretary.send("Make the category", {"name_en": CATEGORY[0], "name_fr": CATEGORY[1]})
    to_listed_statement(study, key)
    chosen = study.secretary.option("Store the category", "category", CATEGORY[0])
    study.secretary.send("Store the category", {"category": chosen})


def give_to_facility(study: Consultation, *, key: str) -> None:
    """The first facility there is, with a source and a reason."""
    to_listed_statement(study, key)
    facility = study.secretary.option("Decide", "facility", "")
    study.secretary.send("Decide", {"facility": facility, "source": "Meeting of May", "reason": FACILITY_REASON})


def to_listed_statement(study: Consultation, key: str) -> None:
    study.secretary.open("/").follow("Activities").follow(DESK_WORDS[key])


def list_and_export(seen: Seen) -> None:
    secretary = seen.study.secretary.open("/").follow("Activities")
    for kind in ("Activities", "Obstacles", "Success factors"):
        address = next(href for href, words in secretary.links if words.startswith(kind) and href.startswith("?kind"))
        secretary.open(f"{secretary.path.partition('?')[0]}{address}")
        seen.lists[kind] = secretary.tables
    seen.files = download_all(secretary.follow("Exports"))
