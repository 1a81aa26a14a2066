"""Who wrote which comment of round 2: somebody of that language whose rating says the same."""

from collections import defaultdict
from typing import Any

from delphi.demo.content import RawComment
from delphi.demo.panels import DemoPanel, Turnout
from surveys.localized import LocalizedText
from surveys.models import Statement
from surveys.queries.questionnaire import Questionnaire
from surveys.vocabulary import CommentReview, Stance


def write_comments(
    panel: DemoPanel,
    *,
    turnout: Turnout,
    number: int,
    questionnaire: Questionnaire,
    statements: dict[str, Statement],
) -> dict[int, list[dict[str, Any]]]:
    """Position in the panel to the comment rows of that expert; nobody comments on one statement twice."""
    asked = {statement.id for statement in questionnaire.statements}
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for content in panel.content.statements:
        statement = statements.get(content.key)
        if statement is None or statement.id not in asked:
            continue
        free = set(turnout.submitted)
        for comment in content.comments:
            author = _author(panel, comment, key=content.key, number=number, free=free)
            if author is None:
                continue
            free.discard(author)
            language = panel.members[author].language
            rows[author].append(
                {
                    "statement_id": statement.id,
                    "panellist_id": panel.members[author].panellist_id,
                    "stance": comment.stance,
                    "text": comment.in_both().in_language(language),
                    "language": language,
                    "review": CommentReview.WAITING,
                    "shared_text": LocalizedText(),
                }
            )
    return rows


def _author(panel: DemoPanel, comment: RawComment, *, key: str, number: int, free: set[int]) -> int | None:
    """The speaker of the comment's language who rated most as it says; another member where nobody is left."""
    speakers = [at for at in free if panel.members[at].language == comment.language] or list(free)
    values = panel.opinions.answers[number, key, "importance"]
    sign = -1 if comment.stance is Stance.FOR else 1
    return min(speakers, key=lambda at: (sign * (values[at][1] or 0), at), default=None)
