"""Column types and constraint names that every table shares."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, TypeDecorator
from sqlmodel import SQLModel
from sqlmodel._compat import SQLModelConfig

from surveys.localized import LocalizedText

metadata: MetaData = SQLModel.metadata
# Alembic can only alter what has a name, on SQLite too.
metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Base of every table: it lets columns hold our own immutable types such as `LocalizedText`.

    Tables validate nothing (the database and the services do), so pydantic need not build validators for them.
    """

    model_config = SQLModelConfig(arbitrary_types_allowed=True, defer_build=True)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. Refuses naive values, on SQLite as on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, got {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class LocalizedColumn(TypeDecorator[LocalizedText]):
    """A `LocalizedText` as a JSON object of language codes."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else dict(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> LocalizedText | None:
        return None if value is None else LocalizedText(value)


def enum_type(enum: type[StrEnum]) -> Enum:
    """A text column that holds the values (not the names) of `enum`, checked by the database."""
    return Enum(
        enum,
        native_enum=False,
        values_callable=lambda members: [member.value for member in members],
        create_constraint=True,
        validate_strings=True,
        length=32,
        name=enum.__name__.lower(),
    )
