"""Writing many rows at once: answers go through Core, in one statement a page."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def upsert(
    session: Session, table: type[Any], rows: list[dict[str, Any]], *, key: tuple[str, ...], replace: tuple[str, ...]
) -> None:
    """Insert or replace many rows in one statement; the database's own uniqueness decides which."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in replace}
        ),
        rows,
    )
