"""The codes on paper: whose questionnaire a sheet is, and which field a handwritten answer belongs to."""

import hashlib

from surveys.vocabulary import StatementKind

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without those that look like another one in handwriting."""
ITEM_LETTERS = {
    StatementKind.PROBLEM: "P",
    StatementKind.CAUSE: "PC",
    StatementKind.CONSEQUENCE: "PQ",
    StatementKind.ACTIVITY: "A",
    StatementKind.OBSTACLE: "O",
    StatementKind.SUCCESS_FACTOR: "S",
}


def paper_code(*, round_id: int, order_seed: int, panellist_id: int) -> str:
    """The code on one person's paper of one round, such as "7K3-Q9M": no name lies about, no rounds are linked."""
    digest = hashlib.sha256(f"paper:{round_id}:{order_seed}:{panellist_id}".encode()).digest()
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:6])
    return f"{letters[:3]}-{letters[3:]}"


def item_code(kind: StatementKind, number: int) -> str:
    """The code of one field for an idea, such as "P2"; "PC2" is the cause of problem P2."""
    return f"{ITEM_LETTERS[kind]}{number}"
