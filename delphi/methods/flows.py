"""The two flow diagrams: people through the rounds, and ideas into outcomes. Each is also a list of its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from flask_babel import gettext

from delphi.sentences import OUTCOMES
from surveys.queries.methods import MethodsRecord
from surveys.vocabulary import OutcomeStatus

INK, SOFT, FRAME, FILL, ASIDE = "#211d17", "#645d50", "#1d6545", "#eef5f0", "#f6f3ec"
LETTERS = '"IBM Plex Sans", Arial, sans-serif'
WIDTH, BOX, SIDE, LEFT, RIGHT = 640, 330, 232, 20, 400
LINE, PAD, GAP = 17, 11, 30
CHARACTERS_OF_BOX, CHARACTERS_OF_SIDE = 46, 34


@dataclass(frozen=True, slots=True)
class Step:
    """A box of the flow: what stands in it, and what left on the way to it (beside)."""

    heading: str
    lines: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    title: str
    alt: str
    steps: tuple[Step, ...]

    @property
    def svg(self) -> str:
        return drawn(self.steps, words=self.alt)


def participant_flow(record: MethodsRecord) -> Flow:
    """Invited and joined people, then every round by its fixed counts, then who stayed to the end."""
    people = record.people
    steps = [
        Step(
            gettext("Invited: %(n)s people", n=people.invited.people),
            (gettext("seats: %(n)s, panels: %(panels)s", n=people.invited.seats, panels=record.n_panels),),
        ),
        Step(
            gettext("Joined: %(n)s people", n=people.joined.people),
            (gettext("seats: %(n)s", n=people.joined.seats),),
            (gettext("seats that did not join: %(n)s", n=people.invited.seats - people.joined.seats),),
        ),
    ]
    for one in record.rounds:
        steps.append(
            Step(
                gettext("Round %(number)s: %(n)s seats asked", number=one.number, n=one.n_asked),
                (
                    gettext("started: %(n)s", n=one.n_started),
                    gettext("answered something: %(n)s", n=one.n_answered),
                    gettext("submitted: %(n)s", n=one.n_submitted),
                ),
                (gettext("seats that answered nothing: %(n)s", n=one.n_asked - one.n_answered),),
            )
        )
    steps.append(
        Step(
            gettext("Submitted at least one round: %(n)s people", n=people.submitted_once.people),
            (gettext("submitted every round of their panel: %(n)s", n=people.submitted_every.people),),
        )
    )
    return _flow(gettext("Participants, from invitation to the last round"), steps)


def statement_flow(record: MethodsRecord) -> Flow:
    """Ideas, the statements made of them, what left on the way, and where the rated ones ended."""
    flow = record.statements
    steps = []
    if flow.n_ideas:
        steps.append(Step(gettext("Ideas of the experts: %(n)s", n=flow.n_ideas)))
        aside = [gettext("set aside with a reason: %(n)s", n=flow.n_parked)]
        if flow.n_waiting:
            aside.append(gettext("not looked at yet: %(n)s", n=flow.n_waiting))
        steps.append(Step(gettext("Ideas put into statements: %(n)s", n=flow.n_placed), (), tuple(aside)))
    steps += [
        Step(gettext("Statements made: %(n)s", n=flow.n_statements)),
        Step(
            gettext("Statements rated: %(n)s", n=flow.n_rated),
            (
                gettext("reworded on the way: %(n)s", n=flow.n_reworded),
                gettext("settled before the last round: %(n)s", n=flow.n_settled_early),
            ),
            (
                gettext("taken back before a rating: %(n)s", n=flow.n_withdrawn),
                gettext("not rated: %(n)s", n=flow.n_statements - flow.n_rated - flow.n_withdrawn),
            ),
        ),
        Step(
            gettext("Where they ended"),
            (
                *(
                    gettext("%(outcome)s: %(n)s", outcome=OUTCOMES[status], n=flow.outcomes[status])
                    for status in OutcomeStatus
                ),
                *((gettext("Not published yet: %(n)s", n=flow.n_unpublished),) if flow.n_unpublished else ()),
            ),
        ),
    ]
    return _flow(gettext("Statements, from ideas to outcomes"), steps)


def _flow(title: str, steps: Sequence[Step]) -> Flow:
    said = "; ".join(", ".join((one.heading, *one.lines, *one.beside)) for one in steps)
    return Flow(title, gettext("Flow diagram. %(steps)s.", steps=said), tuple(steps))


def drawn(steps: Sequence[Step], *, words: str) -> str:
    """Boxes below each other with arrows between; beside each arrow, what left."""
    shapes: list[str] = []
    top = 4.0
    for number, step in enumerate(steps):
        if number:
            beside = [part for line in step.beside for part in wrapped(line, CHARACTERS_OF_SIDE)]
            tall = max(GAP, LINE * len(beside) + 2 * PAD if beside else 0)
            middle, centre = top + tall / 2, LEFT + BOX / 2
            shapes.append(_arrow(centre, top, centre, top + tall))
            if beside:
                shapes.append(f'<path d="M{centre:.0f} {middle:.0f}H{RIGHT}" stroke="{SOFT}" fill="none"/>')
                shapes.append(_box(RIGHT, middle - tall / 2 + 3, SIDE, tall - 6, fill=ASIDE, stroke=SOFT))
                shapes += _lines(RIGHT + PAD, middle - LINE * len(beside) / 2, beside, size=12)
            top += tall
        heading, lines = wrapped(step.heading, CHARACTERS_OF_BOX - 4), []
        for line in step.lines:
            lines += wrapped(line, CHARACTERS_OF_BOX)
        tall = LINE * (len(heading) + len(lines)) + 2 * PAD
        shapes.append(_box(LEFT, top, BOX, tall, fill=FILL, stroke=FRAME))
        shapes += _lines(LEFT + PAD, top + PAD, heading, size=13, weight=600)
        shapes += _lines(LEFT + PAD, top + PAD + LINE * len(heading), lines, size=12.5)
        top += tall
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top + 4:.0f}" viewBox="0 0 {WIDTH} '
        f'{top + 4:.0f}" role="img" aria-label={quoteattr(words)} font-family={quoteattr(LETTERS)}>'
        f'<title>{escape(words)}</title><rect width="{WIDTH}" height="{top + 4:.0f}" fill="#ffffff"/>'
        f"{''.join(shapes)}</svg>"
    )


def wrapped(text: str, characters: int) -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > characters:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def _box(x: float, y: float, wide: float, tall: float, *, fill: str, stroke: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="4" fill="{fill}" stroke="{stroke}"/>'
    )


def _lines(x: float, y: float, lines: Sequence[str], *, size: float, weight: int = 400) -> list[str]:
    return [
        f'<text x="{x:.1f}" y="{y + LINE * (at + 0.75):.1f}" font-size="{size}" font-weight="{weight}" fill="{INK}">'
        f"{escape(line)}</text>"
        for at, line in enumerate(lines)
    ]


def _arrow(x: float, y: float, to_x: float, to_y: float) -> str:
    head = f"M{to_x - 4:.1f} {to_y - 7:.1f}L{to_x:.1f} {to_y - 1:.1f}L{to_x + 4:.1f} {to_y - 7:.1f}"
    return f'<path d="M{x:.1f} {y:.1f}V{to_y - 1:.1f}{head}" stroke="{SOFT}" fill="none"/>'
