"""The version of this release; also printed in exports and by the health page."""

__version__ = "0.1.0"
