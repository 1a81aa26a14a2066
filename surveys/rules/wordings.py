"""Which wording an editor had before them."""

from collections.abc import Mapping

from surveys.rules.protocol import canonical_digest


def wording_digest(*, version_id: int, text: Mapping[str, str]) -> str:
    """A short mark of one state of one version: it changes with every edit, also with one made in place."""
    return canonical_digest([version_id, dict(text)])[:16]
