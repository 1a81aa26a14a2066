"""The guides keep up with the program: links, commands, button names, names in the code."""

from pathlib import Path

import pytest

from delphi.cli import COMMANDS
from tests.architecture import guides
from tests.architecture.checks import ROOT

DOCS = ROOT / "docs"
LONGEST_TOUR = 120


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def names_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", guides.guides(), ids=names_of)
def test_links_lead_somewhere(path: Path) -> None:
    assert guides.dead_links(text_of(path), folder=path.parent) == []


@pytest.mark.parametrize("path", guides.guides(), ids=names_of)
def test_commands_exist(path: Path) -> None:
    assert guides.unknown_commands(text_of(path)) == []


def test_administrators_read_about_every_command() -> None:
    guide = text_of(DOCS / "administrator.md")
    assert [command.name for command in COMMANDS if f"| `{command.name}` |" not in guide] == []


def test_tour_of_the_code_names_what_is_there() -> None:
    assert guides.unknown_names(text_of(DOCS / "architecture.md")) == []


def test_tour_of_the_code_stays_short() -> None:
    assert len(text_of(DOCS / "architecture.md").splitlines()) <= LONGEST_TOUR


def test_every_guide_stands_in_the_index() -> None:
    index = text_of(DOCS / "README.md")
    others = sorted({path.name for path in DOCS.glob("*.md")} - {"README.md"})
    assert [name for name in others if f"]({name})" not in index] == []


def test_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# Title\n\n```\n# no heading\n```\n\n## 2. A part, too\n", encoding="utf-8")
    text = (
        "[a](there.md) [b](gone.md) [c](there.md#2-a-part-too) [d](there.md#no-heading) [e](#here) [f](#nowhere) "
        "[g](https://example.org/x)\n\n# Here\n\n```\n[h](in-code.md)\n```\n"
    )
    assert guides.dead_links(text, folder=tmp_path) == ["gone.md", "there.md#no-heading", "#nowhere"]


def test_unknown_commands_and_options_are_found() -> None:
    text = (
        "`python -m delphi verify --study a`, `python -m delphi fly`, `python -m delphi verify --fast`\n"
        "`python -m delphi import ratings FILE --scale 1-9`, `python -m delphi COMMAND --help`\n"
    )
    assert guides.unknown_commands(text) == ["fly", "verify --fast"]


def test_unknown_labels_are_found() -> None:
    known = ["Close round %(number)s", "%(label)s:", "Send", "Envoyer\u00a0?"]
    text = "**Close round 2**, **Close\nround 3** **Close rounds** **Close round two or three** **Note:** **Envoyer ?**"
    assert guides.unknown_labels(text, known=known) == ["Close round two or three", "Close rounds", "Note:"]


def test_unknown_names_are_found() -> None:
    text = "`surveys/errors.py`, `surveys/nothing.py`, `close_round()`, `open_sesame()`, `make test`, `delphi/`"
    assert guides.unknown_names(text) == ["surveys/nothing.py", "open_sesame()"]
