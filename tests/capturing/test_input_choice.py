"""Which files a model was made from, and as what each is recorded."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lineage.capturing.input_choice import (
    Choice,
    choose,
    declared_inputs,
    files_read,
    left_out_problem,
    may_be_input,
    whole_directories,
    within_limits,
)
from lineage.model.inputs import RunFiles, Tracked
from lineage.portable.environment import Problem

NONE = RunFiles(read=frozenset(), written=frozenset(), changed=frozenset())


def tracked(path: str, pointer: str = "data.dvc", digest: str | None = "md5:" + "0" * 32) -> Tracked:
    return Tracked(
        path=path, pointer=pointer, digest=digest, is_directory=digest is not None and digest.endswith(".dir")
    )


def read(files: RunFiles, **options: object) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    given: dict[str, object] = {
        "besides": (),
        "committed": (),
        "tracked": (),
        "outputs": (),
        "is_environment": lambda _: False,
        **options,
    }
    return files_read(files, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    [
        *("train.py", "lib/ext.pyx", "explore.ipynb", "dvc.yaml", "a/dvc.lock", "data.dvc", ".gitignore"),
        *("models/m.pkl.lineage.toml", "m.lineage-log.toml", "lineage.toml", "pyproject.toml", "setup.cfg"),
        *("requirements.txt", "uv.lock", ".git/config", ".dvc/tmp/x", "a/__pycache__/x.bin", ".env", ".env.local"),
        *("venv/lib/site-packages/x/data.csv", "x.egg-info/PKG-INFO", ".pytest_cache/v/x"),
    ],
)
def test_what_is_no_input_by_its_name(path: str) -> None:
    assert not may_be_input(path)


@pytest.mark.parametrize(
    "path", ["data/a.csv", "config.yaml", "params.yaml", "conf/settings.toml", ".data/a.bin", "environ.csv", "fit.sh"]
)
def test_data_and_configuration_are_inputs(path: str) -> None:
    assert may_be_input(path)


def test_what_is_recorded_otherwise_and_environments_are_left_out() -> None:
    files = replace(NONE, read=frozenset({"a.csv", "models/m/x.bin", "code.txt", "env/share/x.txt", "env2/x.txt"}))

    found = read(files, besides={"models/m", "code.txt"}, is_environment=lambda path: path == "env")

    assert found == (("a.csv", "env2/x.txt"), ())


DURING = "changed while the run went on: what was read may not be what is recorded"
AFTER = "changed after the run: what was read may not be what is recorded"


@pytest.mark.parametrize(
    ("files", "options", "found"),
    [
        ({"written": {"a"}}, {"tracked": {"a"}}, ("a",)),  # opened for writing, never written
        ({"written": {"a"}, "changed": {"a"}}, {"tracked": {"a"}}, ()),
        ({"changed": {"a"}}, {}, ()),  # by another program of the run
        ({"changed": {"a"}}, {"outputs": [tracked("a", "dvc.lock")]}, ()),
        ({"changed": {"a"}}, {"tracked": {"a"}, "committed": {"a"}}, ("a",)),
        ({"changed": {"a"}, "late": {"a"}}, {"tracked": {"a"}}, ()),
        ({"changed": {"a", "a.dvc"}}, {"outputs": [tracked("a", "a.dvc")]}, ("a",)),  # DVC put it there
    ],
)
def test_what_changed_in_the_run_is_its_own_or_still_as_it_was(
    files: dict[str, set[str]], options: dict[str, object], found: tuple[str, ...]
) -> None:
    given = replace(NONE, read=frozenset({"a"}), **{key: frozenset(value) for key, value in files.items()})  # type: ignore[arg-type]

    assert read(given, **options) == (found, ())


@pytest.mark.parametrize(
    ("files", "options", "detail"),
    [
        ({"changed": {"a"}}, {"tracked": {"a"}}, DURING),
        ({"changed": {"a"}, "written": {"a"}}, {"outputs": [tracked("a", "a.dvc")]}, DURING),
        ({"late": {"a"}}, {}, AFTER),
    ],
)
def test_an_input_that_changed_is_recorded_with_a_problem(
    files: dict[str, set[str]], options: dict[str, object], detail: str
) -> None:
    given = replace(NONE, read=frozenset({"a"}), **{key: frozenset(value) for key, value in files.items()})  # type: ignore[arg-type]

    assert read(given, **options) == (("a",), (Problem("inputs.changed", "a", detail),))


def test_processes_that_could_not_see_files_are_counted() -> None:
    detail = "2 processes of Python 3.7 or older: which files they read is not seen"

    assert read(replace(NONE, unseeing=2)) == ((), (Problem("inputs.unseen", "inputs", detail),))


def test_each_input_is_recorded_once_as_what_says_most() -> None:
    data, raw = tracked("data", digest="md5:" + "1" * 32 + ".dir"), tracked("raw.csv", "raw.csv.dvc")
    deps = (tracked("data/train", "dvc.lock", "md5:" + "2" * 32 + ".dir"), tracked("base.pkl", "dvc.lock"))
    unknown = tracked("later.csv", "dvc.lock", None)

    found = choose(
        ["data/train/a.csv", "data/b.csv", "data/c.csv", "raw.csv", "config.yaml", "base.pkl", "tok/x.json"],
        (*deps, unknown),
        (data, raw, tracked("other")),
        {"base.pkl", "tok"},
    )

    assert found == Choice(declared=(deps[0],), outputs=(data, raw), files=("config.yaml",))


def test_dependencies_that_are_code_or_recorded_otherwise_are_left_out() -> None:
    paths = ["data/a.csv", "train.py", "src", "params.yaml", "requirements.txt", "conf"]

    found = declared_inputs([tracked(path) for path in paths], {"params.yaml"}, ["src/features/x.py", "train.py"])

    assert [one.path for one in found] == ["data/a.csv", "conf"]


def _listing(files: list[str]) -> Callable[[str], list[str]]:
    return lambda directory: [path for path in files if path.startswith(directory + "/")]


MANY = [f"data/{part}/{index}.png" for part in ("train", "test") for index in range(50)]


@pytest.mark.parametrize(
    ("files", "there", "found"),
    [
        (MANY, MANY, ("data",)),
        (MANY, [*MANY, "data/README"], ("data/test", "data/train")),
        (MANY[:-1], MANY, ("data/train",)),
        (MANY[:49], MANY[:49], ()),
        (["a.csv", *MANY], ["a.csv", *MANY], ("data",)),
    ],
    ids=["whole", "one more beside", "one not read", "few", "the root is none"],
)
def test_a_directory_that_was_read_whole_is_one_input(
    files: list[str], there: list[str], found: tuple[str, ...]
) -> None:
    assert whole_directories(files, _listing(there)) == found


def test_a_directory_that_cannot_be_listed_is_not_one_input() -> None:
    assert whole_directories(MANY, lambda _: None) == ()


def test_limits_pass_over_what_does_not_fit_in_the_order_of_paths() -> None:
    sizes = [("c", 5), ("a", 6), ("b", 9), ("d", 1)]

    assert within_limits(sizes, 10, 12) == (("a", "c", "d"), (("b", 9),))
    assert within_limits(sizes, 2, 100) == (("a", "b"), (("c", 5), ("d", 1)))


@pytest.mark.parametrize(
    ("left_out", "detail"),
    [
        ([("a", 7)], "1 input of 7 bytes beyond the limits, not recorded: a"),
        ([(name, 2) for name in "abcd"], "4 inputs of 8 bytes beyond the limits, not recorded: a, b, c, …"),
    ],
)
def test_what_was_left_out_is_said_once(left_out: list[tuple[str, int]], detail: str) -> None:
    assert left_out_problem(left_out) == (Problem("inputs.left-out", "inputs", detail),)


def test_nothing_left_out_is_no_problem() -> None:
    assert left_out_problem([]) == ()
