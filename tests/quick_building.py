"""What every application of the tests would compile or read anew is made once: addresses, templates, SQL, sentences."""

from types import CodeType
from typing import Any

import pytest
from flask import Flask
from flask_babel import Domain
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, NullPool, create_engine
from werkzeug.routing import Rule

import delphi.database


class SharedTemplates(BytecodeCache):
    """Compiled templates by name and content."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


_templates = SharedTemplates()
_sentences = Domain()


def share_texts(app: Flask) -> None:
    """Let applications use the same compiled templates and translations."""
    app.jinja_env.bytecode_cache = _templates
    app.extensions["babel"].instance.domain_instance = _sentences


def share_addresses(patch: pytest.MonkeyPatch) -> None:
    """Let rules of one text share what is read from and written by it: each app has hundreds."""
    compile_rule = Rule.compile
    known: dict[Any, dict[str, Any]] = {}

    def compiled_once(rule: Rule) -> None:
        assert rule.map is not None
        place = (rule.subdomain, rule.host, rule.rule, rule.merge_slashes)
        key = (*place, repr(rule.defaults), *rule.map.converters.items())
        if key not in known:
            compile_rule(rule)
            made = ("_parts", "_trace", "_converters", "_build", "_build_unknown", "arguments")
            known[key] = {name: getattr(rule, name) for name in made}
        vars(rule).update(known[key])

    patch.setattr(Rule, "compile", compiled_once)


def share_statements(patch: pytest.MonkeyPatch) -> None:
    """Let SQLite databases with one identity key share a dialect: SQLAlchemy compiles a statement once for each."""
    hold_key = delphi.database.hold_key
    known: dict[str, Engine] = {}

    def held_once(engine: Engine, secret: str) -> None:
        if engine.name != "sqlite":
            hold_key(engine, secret)
            return
        if secret not in known:
            known[secret] = create_engine("sqlite://", poolclass=NullPool, query_cache_size=4000)
            known[secret].connect().close()
            hold_key(known[secret], secret)
        engine.dialect = known[secret].dialect
        engine._compiled_cache = known[secret]._compiled_cache

    patch.setattr(delphi.database, "hold_key", held_once)
