"""A recorded command made runnable in an environment."""

import pytest

from lineage.retraining.recorded_command import Programs, Runnable, runnable

HAS = {"python", "python3", "accelerate", "dvc"}
PROGRAMS = Programs(
    has=HAS.__contains__,
    python="python",
    is_own=lambda path: path == ".venv/bin/python",
    is_of_other=lambda path: not path.startswith("scripts/"),
)
SECRET = "something in the recorded command may be a secret and was taken out"


@pytest.mark.parametrize(
    ("recorded", "words"),
    [
        ("python train.py", "python train.py"),
        ("python3 train.py", "python3 train.py"),
        ("python3.9 train.py", "python train.py"),
        (".venv/bin/python train.py", ".venv/bin/python train.py"),
        ("other/bin/python3 train.py", "python3 train.py"),
        ("<outside>/python3.11 -m train", "python -m train"),
        ("<home>/python train.py", "python train.py"),
        ("<outside>/accelerate launch train.py", "accelerate launch train.py"),
        ("env/bin/dvc repro", "dvc repro"),
        ("scripts/train.sh --fast", "scripts/train.sh --fast"),
        ("./train.sh", "./train.sh"),
        ("make train", "make train"),
        ("env SEED=1 <outside>/python3 train.py", "env SEED=1 python3 train.py"),
    ],
)
def test_the_interpreter_is_that_of_the_environment(recorded: str, words: str) -> None:
    assert runnable(recorded.split(), PROGRAMS) == Runnable(words=tuple(words.split()))


def test_inside_of_a_shells_line() -> None:
    found = runnable(["sh", "-c", "<outside>/python3.12 a.py && <home>/python b.py"], PROGRAMS)
    assert found == Runnable(words=("sh", "-c", "python a.py && python b.py"))


@pytest.mark.parametrize(
    ("recorded", "lacks"),
    [
        ([], "no command is recorded"),
        (["python", "train.py", "--token", "<redacted>"], SECRET),
        (["python", "train.py", "key=<redacted>"], SECRET),
        (
            ["python", "<outside>/a.csv"],
            "of a path outside of the repository only its name is recorded: <outside>/a.csv",
        ),
        (["python", "--d=<home>"], "of a path outside of the repository only its name is recorded: <home>"),
        (["<outside>/run"], "of a path outside of the repository only its name is recorded: <outside>/run"),
    ],
)
def test_what_was_taken_out_is_named(recorded: list[str], lacks: str) -> None:
    assert runnable(recorded, PROGRAMS) == Runnable(lacks=lacks)
