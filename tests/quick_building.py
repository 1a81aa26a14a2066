"""What every application of the tests would compile anew, its addresses and templates, is compiled once a process."""

from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


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


def share_templates(app: Flask) -> None:
    app.jinja_env.bytecode_cache = _templates


def share_addresses(patch: pytest.MonkeyPatch) -> None:
    """Let rules of one text share the functions that write their addresses, of which each app has hundreds."""
    compile_builder = Rule._compile_builder
    known: dict[str, Any] = {}

    def compiled_once(rule: Rule, append_unknown: bool = True) -> Any:
        key = repr((rule.rule, rule.subdomain, rule.host, rule.defaults, rule._trace, append_unknown))
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    patch.setattr(Rule, "_compile_builder", compiled_once)
