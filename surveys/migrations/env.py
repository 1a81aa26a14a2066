"""How Alembic runs here: on the engine it is given, in one transaction, with the names of our constraints."""

import re
from typing import Any, Literal

from alembic import context
from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    AlterColumnOp,
    DropColumnOp,
    DropConstraintOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
)
from sqlalchemy import Column, Enum
from sqlalchemy.sql.elements import conv

from surveys.identity import IdentityText
from surveys.models import metadata
from surveys.models.base import LocalizedColumn, UtcDateTime


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Our own column types as the plain ones they store: a migration must not change when our code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, LocalizedColumn):
        return "sa.JSON(none_as_null=True)"
    if kind == "type" and isinstance(item, IdentityText):
        return "sa.Text()"
    if kind == "type" and type(item).__name__ == "AutoString":
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


@comparators.dispatch_for("column")  # type: ignore[untyped-decorator]
def compare_members(
    autogenerate: AutogenContext,
    altered: AlterColumnOp,
    schema: str | None,
    table: str,
    name: str,
    stored: Column[Any],
    wanted: Column[Any],
) -> None:
    """A closed set with other members than its CHECK in the database: Alembic itself does not look at these."""
    if not isinstance(wanted.type, Enum) or autogenerate.inspector is None:
        return
    check = f"ck_{table}_{wanted.type.name}"
    found = [one["sqltext"] for one in autogenerate.inspector.get_check_constraints(table) if one["name"] == check]
    members = re.findall(r"'([^']*)'", found[0]) if found else wanted.type.enums
    if members != wanted.type.enums:
        # What the comparison of types that follows takes for the existing one; its CHECK is dropped with it.
        stored.type = Enum(
            *members, name=wanted.type.name, native_enum=False, create_constraint=True, length=wanted.type.length
        )
        altered.existing_type, altered.modify_type = stored.type, wanted.type


def drop_checks_first(_: object, __: object, directives: list[MigrationScript]) -> None:
    """Where a step back drops the column of a closed set, its CHECK goes first: SQLite would keep it and fail."""
    for script in directives:
        for downgrade in script.downgrade_ops_list:
            for table in downgrade.ops:
                if isinstance(table, ModifyTableOps):
                    table.ops = [step for one in table.ops for step in (*_check_of(one), one)]


def _check_of(step: MigrateOperation) -> list[DropConstraintOp]:
    column = step.reverse().column if isinstance(step, DropColumnOp) else None
    if column is None or not isinstance(column.type, Enum):
        return []
    name = conv(f"ck_{step.table_name}_{column.type.name}")
    return [DropConstraintOp(name, step.table_name, type_="check")]


def run() -> None:
    engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            render_item=render_item,
            process_revision_directives=drop_checks_first,
            compare_type=True,
            transaction_per_migration=False,
            # SQLite can roll a CREATE TABLE back; Alembic assumes it cannot.
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite":
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if orphans:
                    raise RuntimeError(f"the migration would leave {len(orphans)} rows without what they refer to")


run()
