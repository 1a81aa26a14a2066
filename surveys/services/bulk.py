"""Writing many rows at once: answers go through Core, in one statement a page."""

from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def upsert(
    session: Session, table: type[Any], rows: list[dict[str, Any]], *, key: tuple[str, ...], replace: tuple[str, ...]
) -> None:
    """Insert or replace many rows in one statement; the database's own uniqueness decides which."""
    if rows:
        whole: Any = table
        session.connection().execute(_statement(session.get_bind().dialect.name, whole, key, replace), rows)


@cache
def _statement(dialect_name: str, table: Any, key: tuple[str, ...], replace: tuple[str, ...]) -> Any:
    """Built once: the names of what is replaced cost more than storing a page of answers."""
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    statement = dialect.insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={name: statement.excluded[name] for name in replace}
    )
