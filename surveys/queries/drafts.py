"""What one panellist typed into a round that is no answer yet."""

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from surveys.models import Draft

OWN_DRAFTS = sa_select(col(Draft.field), col(Draft.value)).where(
    col(Draft.round_id) == bindparam("round_id"), col(Draft.panellist_id) == bindparam("panellist_id")
)


def own_drafts(session: Session, *, round_id: int, panellist_id: int) -> dict[str, str]:
    """Field name to the text kept of it."""
    rows = session.connection().execute(OWN_DRAFTS, {"round_id": round_id, "panellist_id": panellist_id})
    return {row.field: row.value for row in rows}
