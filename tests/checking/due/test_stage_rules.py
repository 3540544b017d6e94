"""``lineage.checking.due.stage``: the command of a DVC stage, and the code that it depends on."""

from collections.abc import Mapping

import pytest

from lineage.checking.due.stage import code_of, due_command, due_dependencies, due_unknown, maker
from lineage.model.inputs import Stage
from lineage.model.plan import Due

OLD, NEW, OTHER = "1" * 40, "2" * 40, "3" * 40


def stage(*commands: str, directory: str = "", deps: tuple[str, ...] = (), outs: tuple[str, ...] = ()) -> Stage:
    return Stage(name="train", file="dvc.yaml", commands=commands, directory=directory, deps=deps, outs=outs)


LONG = "python train.py " + "--more " * 20


@pytest.mark.parametrize(
    ("then", "now", "sides"),
    [
        (stage("python train.py"), stage("python train.py"), None),
        (stage("python  train.py --a 'b c'"), stage('python train.py --a \\\n  "b c"\n'), None),
        (stage("a 'b  c'"), stage("a 'b c'"), ("a 'b  c'", "a 'b c'")),
        (stage("a b\n"), stage("a\nb"), ("a b", "a && b")),
        (stage("echo 'open"), stage("echo 'open"), None),
        (stage("python train.py"), stage("python train.py -x"), ("python train.py", "python train.py -x")),
        (stage("a", "b"), stage("a && b"), ("a && b", "a && b")),
        (stage("a", directory="x"), stage("a", directory="y"), ("cd x && a", "cd y && a")),
        (stage("a\x1b[31m"), stage("b"), ("a?[31m", "b")),
        (
            stage("curl https://ada:pw@example.org/a?token=1"),
            stage("b"),
            ("curl https://<redacted>@example.org/a", "b"),
        ),
    ],
)
def test_the_command(then: Stage, now: Stage, sides: tuple[str, str] | None) -> None:
    expected = []
    if sides is not None:
        due = Due(
            subject="code:dvc.yaml:train",
            action="retrain",
            message=f"stage train: {sides[0]} → {sides[1]}, the command that makes the model",
            recorded=sides[0],
            observed=sides[1],
            where="dvc.yaml",
        )
        expected = [due]

    assert due_command(then, now) == expected


def test_a_long_command_is_told_by_its_beginning() -> None:
    (due,) = due_command(stage(LONG), stage("b"))

    assert due.message == f"stage train: {LONG[:59]}… → b, the command that makes the model"
    assert due.recorded == LONG.strip()


def test_which_dependencies_are_code_of_the_stage() -> None:
    files = dict.fromkeys(
        ["train.py", "src/a.py", "src/b.ipynb", "src/data.csv", "src/setup.py", "srcs/c.py", "own.py", "in/d.py"], OLD
    )

    found = code_of(stage("x", deps=("train.py", "src", "own.py", "in", "gone.py")), files, {"own.py", "in"})

    assert found == {"train.py": OLD, "src/a.py": OLD, "src/b.ipynb": OLD}


def of(path: str, action: str, what: str, sides: tuple[str | None, str | None], moved: str, where: str = "") -> Due:
    message = f"{path} {what}, code that stage train depends on"
    recorded, observed = sides
    return Due(
        subject=f"code:{path}",
        action=action,
        message=message,
        recorded=recorded,
        observed=observed,
        step=moved,
        where=where or path,
    )


@pytest.mark.parametrize(
    ("then", "files", "judged", "expected"),
    [
        ({"a.py": OLD}, {"a.py": OLD}, "ast", []),
        ({"a.py": OLD}, {"a.py": NEW}, "ast", [of("a.py", "retrain", "changed", (OLD[:12], NEW[:12]), "unknown")]),
        ({"a.py": OLD}, {"a.py": OTHER}, "ast", []),
        (
            {"a.py": OLD},
            {"a.py": OTHER},
            "bytes",
            [of("a.py", "retrain", "changed", (OLD[:12], OTHER[:12]), "unknown")],
        ),
        ({"a.py": OLD}, {}, "ast", [of("a.py", "retrain", "is gone", (OLD[:12], None), "removed")]),
        ({}, {"a.py": NEW}, "ast", [of("a.py", "verify", "is new", (None, NEW[:12]), "added")]),
        (
            {"a.py": OLD},
            {"b.py": OLD},
            "ast",
            [of("a.py", "verify", "is now b.py", (OLD[:12], f"{OLD[:12]} b.py"), "none", "b.py")],
        ),
    ],
)
def test_the_dependencies(then: Mapping[str, str], files: Mapping[str, str], judged: str, expected: list[Due]) -> None:
    contents = {OLD: b"x = 1\n", NEW: b"x = 2\n", OTHER: b"x=1 # one\n"}

    def read(path: str) -> bytes | None:
        return contents.get(files.get(path, ""))

    assert due_dependencies("train", (then, files), files, (contents.get, read), judged) == expected


def test_the_stage_that_makes_the_weights_is_the_nearest_around_them() -> None:
    around, exact = stage("a", outs=("models",)), stage("b", outs=("models/m.pkl",))

    assert maker([around, exact, stage("c", outs=("other",))], ["models/m.pkl"]) is exact
    assert maker([around], ["models/m.pkl"]) is around
    assert maker([exact], ["models/n.pkl"]) is None


def test_a_stage_that_nobody_knows_any_more_is_undecided_by_name() -> None:
    message = "stage train: what it was when the model was made is not in this clone"
    subject = "code:dvc.yaml:train"
    expected = Due(subject=subject, action="undecided", message=message, observed="abc", where="dvc.yaml")
    assert due_unknown(stage("a"), "abc") == expected
