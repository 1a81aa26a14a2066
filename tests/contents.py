"""What a database holds, short enough to compare before and after."""

import hashlib

from sqlalchemy import Engine, select

from surveys.models import metadata


def contents(engine: Engine) -> dict[str, tuple[int, str]]:
    """Rows and a hash of them, table by table."""
    found = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            found[table.name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found
