"""Numbers in addresses: one that no row of the database can have leads to no page."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

GREATEST_ROW_NUMBER = 2**31 - 1
"""The greatest value of an `INTEGER` column of PostgreSQL; SQLite could hold more, but no id of ours is greater."""


class RowNumber(IntegerConverter):
    """`<int:...>` up to `GREATEST_ROW_NUMBER`; anything greater is answered as an unknown page (404).

    The length is limited too: Python refuses to read numbers of several thousand digits.
    """

    regex = r"\d{1,10}"

    def __init__(self, map: Map, max: int = GREATEST_ROW_NUMBER, **limits: Any) -> None:
        super().__init__(map, max=max, **limits)
