"""A disk that may lose what was not synced, replayed from the system calls of a real process.

`strace` writes down every file call of a program. Up to any call, the files can then be rebuilt as a power cut would
have left them: what was synced is there; of what was written since, nothing, all, a random part, or all with the last
write torn in the middle. Model: opening, truncating and removing take effect in order, and `fdatasync` is honoured.
"""

import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "openat,close,pwrite64,write,fsync,fdatasync,ftruncate,unlink"
SECTOR = 512
_LINE = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at a place of a file; `length` set and no bytes: the file is cut to that length."""

    at: int
    content: bytes
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One call that matters: a write to or a sync of a file, its removal, or a line on standard output."""

    path: str
    write: Write | None = None
    is_sync: bool = False
    is_removal: bool = False
    said: bytes = b""


@dataclass(slots=True)
class _File:
    synced: bytearray = field(default_factory=bytearray)
    since: list[Write] = field(default_factory=list)


def trace(command: Sequence[str], *, log: Path, environment: dict[str, str]) -> list[Step]:
    """Run a program under strace; its file calls in order. Errors: AssertionError with what it said if it fails."""
    strace = ["strace", "-f", "-xx", "-s", "100000000", "-o", str(log), "-e", f"trace={CALLS}"]
    done = subprocess.run([*strace, *command], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return list(_steps(log.read_text(encoding="ascii").splitlines()))


def cuts(
    steps: Sequence[Step], *, before: dict[str, bytes], n: int, rng: random.Random
) -> Iterator[tuple[dict[str, bytes], bytes]]:
    """`n` states a power cut could leave, spread over the whole run: the files, and what had been said by then.

    before : the files as they were, synced, when the program began; others appear when they are written to
    """
    wanted = sorted(rng.sample(range(len(steps)), min(len(steps), -(-n // len(_LOSSES)))))
    files = {path: _File(bytearray(content)) for path, content in before.items()}
    said, done = b"", 0
    for place, step in enumerate(steps):
        said += step.said
        _take(files, step)
        if done < len(wanted) and place == wanted[done]:
            done += 1
            for loses in _LOSSES:
                yield {path: bytes(_left(file, loses=loses, rng=rng)) for path, file in files.items()}, said


_LOSSES = ("none", "all", "some", "torn")


def _left(file: _File, *, loses: str, rng: random.Random) -> bytearray:
    content = bytearray(file.synced)
    for number, write in enumerate(file.since):
        is_last = number == len(file.since) - 1
        if loses == "all" or (loses == "some" and rng.random() < 0.5):
            continue
        if loses == "torn" and is_last and write.length is None:
            sectors = rng.randint(0, len(write.content) // SECTOR)
            write = Write(write.at, write.content[: sectors * SECTOR])
        _put(content, write)
    return content


def _put(content: bytearray, write: Write) -> None:
    if write.length is not None:
        del content[write.length :]
        content.extend(bytes(write.length - len(content)))
        return
    if len(content) < write.at:
        content.extend(bytes(write.at - len(content)))
    content[write.at : write.at + len(write.content)] = write.content


def _take(files: dict[str, _File], step: Step) -> None:
    if step.is_removal:
        files.pop(step.path, None)
    elif step.is_sync:
        file = files.setdefault(step.path, _File())
        for write in file.since:
            _put(file.synced, write)
        file.since.clear()
    elif step.write is not None:
        files.setdefault(step.path, _File()).since.append(step.write)


def _steps(lines: Sequence[str]) -> Iterator[Step]:
    open_files: dict[int, str] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None or int(found["result"]) < 0:
            continue
        name, arguments, result = found["name"], found["arguments"], int(found["result"])
        if name == "openat":
            open_files[result] = _decoded(arguments).decode()
        elif name == "unlink":
            yield Step(_decoded(arguments).decode(), is_removal=True)
        else:
            number = int(arguments.split(",", 1)[0])
            path = open_files.get(number, "")
            if name == "close":
                open_files.pop(number, None)
            elif name == "write" and number == 1:
                yield Step("", said=_decoded(arguments)[:result])
            elif path and name == "pwrite64":
                yield Step(path, write=Write(int(arguments.rsplit(",", 1)[1]), _decoded(arguments)[:result]))
            elif path and name == "ftruncate":
                yield Step(path, write=Write(0, b"", length=int(arguments.rsplit(",", 1)[1])))
            elif path and name in ("fsync", "fdatasync"):
                yield Step(path, is_sync=True)


def _decoded(arguments: str) -> bytes:
    found = _TEXT.search(arguments)
    return b"" if found is None else bytes.fromhex(found[1].replace("\\x", ""))
