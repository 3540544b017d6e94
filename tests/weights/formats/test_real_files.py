"""Files that real libraries wrote (data/make.py), against what a real load of them imported."""

import json
import os
from pathlib import Path

import pytest

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats.detect import read_contents

DATA = Path(__file__).parent / "data"
IMPORTED: dict[str, list[str]] = json.loads((DATA / "imported.json").read_text())
SKLEARN = (Writer(module="sklearn", version="1.9.1", place="_sklearn_version"),)
XGBOOST = (Writer(module="xgboost", version="3.2.0", place="version"),)
NOT_NAMED_BY_CLASSES = {"function.cloudpickle": {"gzip", "numpy"}, "function.dill": {"gzip", "numpy"}}
"""modules that a function by value imports when it is loaded, through a call: no ``find_class`` sees them"""
NUMPY = ("numpy", "numpy._core.multiarray")
LAYERS = tuple(f"torch.nn.modules.{name}" for name in ("activation", "container", "linear"))


def read(name: str) -> Contents:
    return read_contents(DATA / name, "m")


@pytest.mark.parametrize("name", sorted(set(IMPORTED) - {"sklearn.lz4.joblib"}))
def test_the_modules_are_those_of_a_real_load(name: str) -> None:
    found = read(name)
    expected = sorted(set(IMPORTED[name]) | NOT_NAMED_BY_CLASSES.get(name, set()))
    kind = "joblib" if name.endswith(".joblib") else "pickle"
    compressed = name.split(".")[1] if name.split(".")[1] in ("zlib", "gzip", "bz2", "lzma", "xz") else None
    writers = XGBOOST if name == "xgboost.pkl" else SKLEARN if name.startswith(("sklearn", "lightgbm")) else ()
    formats = (compressed, kind) if compressed else (kind,)
    assert found == Contents(formats=formats, modules=tuple(expected), writers=writers)


def test_a_load_asked_for_modules_at_all() -> None:
    assert min(len(modules) for modules in IMPORTED.values()) >= 2


@pytest.mark.parametrize(("name", "kind"), [("sklearn.pkl.gz", "gzip"), ("sklearn.pkl.bz2", "bz2")])
def test_a_compressed_pickle_names_what_the_pickle_does(name: str, kind: str) -> None:
    modules = tuple(IMPORTED["sklearn.protocol4.pkl"])
    assert read(name) == Contents(formats=(kind, "pickle"), modules=modules, writers=SKLEARN)


def test_lz4_is_only_named() -> None:
    problem = Problem("weights.partly-read", "m", "it is compressed with lz4, which is not read")
    assert read("sklearn.lz4.joblib") == Contents(formats=("lz4",), loaders=(("joblib",),), problems=(problem,))


@pytest.mark.parametrize(
    ("name", "modules"),
    [
        ("state.pt", ("collections", "torch", "torch._utils")),
        ("module.pt", ("builtins", "collections", "torch", "torch._utils", *LAYERS)),
        ("legacy.pt", ("collections", "torch", "torch._utils")),
        ("script.pt", ("collections", "torch", "torch._utils", "torch.jit._pickle")),
    ],
)
def test_torch(name: str, modules: tuple[str, ...]) -> None:
    assert read(name) == Contents(formats=("torch",), modules=modules, loaders=(("torch",),))


@pytest.mark.parametrize(
    ("name", "modules"),
    [
        ("plain.npy", ()),
        ("plain.npz", ()),
        ("mixed.npy", NUMPY),
        ("objects.npy", ("decimal", *NUMPY)),
        ("objects.npz", ("decimal", *NUMPY)),
    ],
)
def test_numpy(name: str, modules: tuple[str, ...]) -> None:
    assert read(name) == Contents(formats=(name.split(".")[1],), modules=modules, loaders=(("numpy",),))


def test_skops() -> None:
    modules = ("builtins", "numpy", "sklearn.linear_model._logistic", "sklearn.pipeline", "sklearn.preprocessing._data")
    writers = (Writer(module="skops", version="0.16.0", place="schema.json: _skops_version"),)
    assert read("sklearn.skops") == Contents(
        formats=("skops",), modules=modules, loaders=(("skops",),), writers=writers
    )


def test_the_files_of_a_directory_are_merged(tmp_path: Path) -> None:
    for name in ("plain.npy", "sklearn.protocol4.pkl"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    (tmp_path / "notes.md").write_text("trained on Friday\n")
    expected = Contents(
        formats=("npy", "pickle"),
        modules=tuple(IMPORTED["sklearn.protocol4.pkl"]),
        loaders=(("numpy",),),
        writers=SKLEARN,
    )
    assert read_contents(tmp_path, "m") == expected


UNKNOWN = Problem("weights.unknown-format", "m", "it is of no known format: nothing tells which modules it needs")


def test_an_unknown_format_is_said_once(tmp_path: Path) -> None:
    for name in ("a.bin", "b.bin"):
        (tmp_path / name).write_bytes(b"\0\1 no format of anybody's")
    assert read_contents(tmp_path / "a.bin", "m") == Contents(problems=(UNKNOWN,))
    assert read_contents(tmp_path, "m") == Contents(problems=(UNKNOWN,))


def test_empty_files_that_mark_a_directory_are_no_weights(tmp_path: Path) -> None:
    for name in (".gitkeep", "__init__.py", "_SUCCESS", "README.md", "merges.txt"):
        (tmp_path / name).touch()
    lost = (Problem("weights.unknown-format", "m", "it holds no file"),)
    assert read_contents(tmp_path, "m").problems == lost

    (tmp_path / "b.bin").touch()
    damaged = Problem("weights.unreadable", "m", "it is empty")
    assert damaged in read_contents(tmp_path, "m").problems


def test_nothing_at_all_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").touch()
    expected = {"a.pkl": "it is empty", "b.pkl": "No such file or directory"}
    found = {name: read_contents(tmp_path / name, "m") for name in expected}
    assert found == {
        name: Contents(problems=(Problem("weights.unreadable", "m", detail),)) for name, detail in expected.items()
    }


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pkl")
    problem = Problem("weights.unreadable", "m", "it is no regular file")
    assert read_contents(tmp_path / "a.pkl", "m") == Contents(problems=(problem,))
