"""The public names: each one there, explained, and nothing heavy loaded before it is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

import analysis

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", analysis.__all__)
def test_every_public_name_exists(name: str) -> None:
    assert getattr(analysis, name) is not None


@pytest.mark.parametrize("name", sorted(set(analysis.__all__) - {"DEFAULT_SEED"}))
def test_every_public_name_is_explained_and_no_module(name: str) -> None:
    found = getattr(analysis, name)
    assert callable(found)
    assert (found.__doc__ or "").strip()


def test_the_package_alone_loads_numpy_and_nothing_else() -> None:
    code = (
        "import sys, analysis\n"
        "outside = {name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names - {'analysis', '__main__'}\n"
        "print(*sorted(name for name in outside if not name.startswith(('_', 'sitecustomize'))))\n"
        "import analysis.round_report\n"
        "print('scipy.stats' in sys.modules, 'pandas' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["numpy", "False False"]
