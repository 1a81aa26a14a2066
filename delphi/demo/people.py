"""Who takes part in the demo: 126 invented experts and their staff, as a panel file would bring them."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from delphi.demo.content import FOLDER
from surveys.panel_files import PanelFile, PersonEntry
from surveys.vocabulary import Role

# Letters that are no base letter with an accent.
_PLAIN = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae"})


@dataclass(frozen=True, slots=True)
class DemoPeople:
    """The panel, and the mail addresses of the three people whose links are printed."""

    panel: PanelFile
    expert: str
    facilitator: str
    secretariat: str


@cache
def demo_people() -> DemoPeople:
    document = tomllib.loads((FOLDER / "people.toml").read_text(encoding="utf-8"))
    entries = [
        *((entry, Role.EXPERT) for entry in document["experts"]),
        *((entry, Role(entry["role"])) for entry in document["staff"]),
    ]
    addresses = {entry["key"]: address_of(entry["name"]) for entry, _ in entries}
    people = tuple(_person(entry, role=role, line=line) for line, (entry, role) in enumerate(entries, start=1))
    return DemoPeople(
        panel=PanelFile(file="people.toml", people=people),
        expert=addresses[document["demo"]["expert"]],
        facilitator=addresses[document["demo"]["facilitator"]],
        secretariat=addresses[document["demo"]["secretariat"]],
    )


def address_of(name: str) -> str:
    """`Mira Kovalčíková` gives `mira.kovalcikova@example.org`, an address that can never receive a mail."""
    plain = unicodedata.normalize("NFKD", name.translate(_PLAIN)).encode("ascii", "ignore").decode().lower()
    words = plain.replace("-", " ").replace("'", "").split()
    return f"{'.'.join(words)}@example.org"


def _person(entry: dict[str, Any], *, role: Role, line: int) -> PersonEntry:
    return PersonEntry(
        name=entry["name"],
        email=address_of(entry["name"]),
        language=entry["language"],
        college=entry.get("college", ""),
        region=entry.get("region", ""),
        task_forces=tuple(entry["task_forces"]),
        role=role,
        line=line,
    )
