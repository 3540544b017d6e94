"""Whatever bytes a file holds, a reader gives Contents, and soon: seeded mutations of every real file."""

import io
import random
from pathlib import Path

import pytest

from lineage.model.weights import Contents
from lineage.weights.formats import describing, gguf, hdf5, keras, onnx, savedmodel, tensors, trees
from lineage.weights.formats.detect import FormatReader
from tests.support.native import NATIVE, SUBJECT
from tests.support.patience import little_work

READERS: tuple[FormatReader, ...] = (describing, gguf, hdf5, keras, onnx, savedmodel, tensors, trees)
FILES = sorted(path for path in NATIVE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc"))
EXTREMES = (b"\xff", b"\0", b"\x7f", b"\x80")


def mutated(good: bytes, chance: random.Random) -> bytes:
    data, kind = bytearray(good), chance.randrange(5)
    place = chance.randrange(len(data))
    if kind == 0:
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
    elif kind == 1:
        del data[place:]
    elif kind == 2:
        width = chance.choice((1, 2, 4, 8))
        data[place : place + width] = chance.choice(EXTREMES) * width
    elif kind == 3:
        data[place:place] = chance.randbytes(chance.randint(1, 40))
    else:
        start = chance.randrange(len(data))
        data[place : place + 64] = data[start : start + 64]
    return bytes(data)


def check(path: Path, cases: int) -> None:
    good = path.read_bytes()
    (reader,) = (one for one in READERS if one.recognise(good[:4096], path.name))
    chance = random.Random(path.relative_to(NATIVE).as_posix())
    for _ in range(cases):
        data = mutated(good, chance)
        for one in READERS:
            one.recognise(data[:4096], path.name)
        with little_work():
            found = reader.read(io.BytesIO(data), len(data), SUBJECT)
        assert isinstance(found, Contents)
        assert {problem.subject for problem in found.problems} <= {SUBJECT}


def test_there_is_a_file_for_every_reader() -> None:
    known = {reader for path in FILES for reader in READERS if reader.recognise(path.read_bytes()[:4096], path.name)}
    assert known == set(READERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(NATIVE).as_posix())
def test_a_mutated_file_gives_contents(path: Path) -> None:
    check(path, 60)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(NATIVE).as_posix())
def test_many_mutated_files_give_contents(path: Path) -> None:
    check(path, 2000)
