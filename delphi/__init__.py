"""Delphi: multi-round expert consultations, from ideas to ranked activities."""

from typing import TYPE_CHECKING

from delphi.version import __version__

if TYPE_CHECKING:
    from flask import Flask

    from delphi.config import Settings

__all__ = ["__version__", "create_app"]


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The web application. Imports are inside, so that `python -m delphi analyse` starts without a web framework."""
    from delphi.application import build

    return build(settings)
