"""Which dependency files are recorded for a model."""

from collections.abc import Sequence

import pytest

from lineage.capturing.declared import declared_of

BLOCK = b"# /// script\n# ///\n"
FILES = {"jobs/train.py": BLOCK, "jobs/train.py.lock": b"", "other.py.lock": b"", "jobs/plain.py": b"", "uv.lock": b""}
ALL = ["jobs/train.py", "jobs/train.py.lock", "uv.lock"]
ALONE = ALL[:2]


def found(entries: Sequence[str], command: Sequence[str] = (), train: bytes = BLOCK) -> list[str]:
    texts = {**FILES, "jobs/train.py": train}
    return list(declared_of((), "m", ["models/m.bin"], (entries, entries), command, texts, texts.__getitem__))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ((), ALL),
        (("python", "jobs/train.py"), ALL),
        (("uv", "run", "jobs/train.py"), ALONE),
        (("/usr/bin/uv", "run", "-q", "--no-sync", "jobs/train.py", "--lr", "1"), ALONE),
        (("pipx", "run", "jobs/train.py"), ALONE),
        (("uv", "run", "python", "jobs/train.py"), ALL),
        (("uv", "run"), ALL),
    ],
)
def test_what_a_script_says_counts_beside_the_nearest_files(command: Sequence[str], expected: list[str]) -> None:
    assert found(["jobs/train.py"], command) == expected


def test_a_script_that_names_its_runner_is_alone() -> None:
    assert found(["jobs/train.py"], train=b"#!/usr/bin/env -S uv run --script\n" + BLOCK) == ALONE


def test_a_script_without_a_block_brings_nothing() -> None:
    assert found(["jobs/plain.py"], ("uv", "run", "jobs/plain.py")) == ["uv.lock"]
    assert found([]) == ["uv.lock"]
    assert found(["jobs/gone.py", "jobs/plain.py"]) == ["uv.lock"]
