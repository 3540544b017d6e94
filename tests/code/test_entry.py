"""``lineage.code.entry``: command lines as people write them."""

import pytest

from lineage.code.entry import EntryChoice, candidates, choose_entry, entries_of_command
from lineage.model.inputs import Stage

FILES = frozenset(
    {
        *("train.py", "prep.py", "src/train.py", "pkg/train.py", "pkg/__main__.py", "src/lib/fit.py", "sub/train.py"),
        *("nb/explore.ipynb", "out.ipynb", "tool/__main__.py", "with space.py"),
    }
)


@pytest.mark.parametrize(
    ("command", "entry"),
    [
        ("python train.py --x", "train.py"),
        ("python3.11 -u src/train.py", "src/train.py"),
        ("/usr/bin/env python train.py", "train.py"),
        ("env A=1 B=2 python -m pkg.train", "pkg/train.py"),
        ("A=1 B='x y' python -m pkg", "pkg/__main__.py"),
        ("python -m lib.fit", "src/lib/fit.py"),
        ("python -Bum pkg.train --m", "pkg/train.py"),
        ("python -mpkg.train", "pkg/train.py"),
        ("python -W ignore -Xdev -X importtime train.py", "train.py"),
        ("python --check-hash-based-pycs always train.py", "train.py"),
        ("python tool", "tool/__main__.py"),
        ("poetry run python train.py", "train.py"),
        ("uv run train.py", "train.py"),
        ("uv run --with numpy -m pkg.train", "pkg/train.py"),
        ("conda run -n python python train.py", "train.py"),
        ("timeout 3600 nice -n 10 python train.py", "train.py"),
        ("torchrun --nproc_per_node 2 train.py --epochs 3", "train.py"),
        ("torchrun --nproc_per_node=2 -m pkg.train", "pkg/train.py"),
        ("python -m torch.distributed.run --nnodes 1 train.py", "train.py"),
        ("python -m cProfile -o out.prof train.py", "train.py"),
        ("accelerate launch --config_file c.yaml train.py", "train.py"),
        ("mpirun -np 4 python train.py", "train.py"),
        ("jupyter nbconvert --to notebook --execute nb/explore.ipynb", "nb/explore.ipynb"),
        ("python -m nbconvert --to html --execute --output a.html nb/explore.ipynb", "nb/explore.ipynb"),
        ("papermill nb/explore.ipynb out.ipynb -p a 1", "nb/explore.ipynb"),
        ("python -m papermill nb/explore.ipynb out.ipynb", "nb/explore.ipynb"),
        ("jupyter nbconvert --execute --output out.ipynb nb/explore.ipynb", "nb/explore.ipynb"),
        ("cd sub && python train.py", "sub/train.py"),
        ("cd sub; cd ..; python train.py", "train.py"),
        ("./train.py", "train.py"),
        ("mkdir -p out && python train.py > out/log.txt 2>&1", "train.py"),
        ("cat prep.py | python train.py", "train.py"),
        ("python absent.py; python train.py", "train.py"),
        ("python prep.py && python train.py", "prep.py"),
        ("set -e\npython \\\n  train.py", "train.py"),
        ("bash -c 'cd sub && python train.py'", "sub/train.py"),
        ("python 'with space.py'", "with space.py"),
        ("(cd sub && python train.py)", "sub/train.py"),
    ],
)
def test_the_file_that_a_command_starts(command: str, entry: str) -> None:
    assert entries_of_command(command, "", FILES.__contains__)[:1] == (entry,)


@pytest.mark.parametrize(
    "command",
    [
        *("", "   ", "make train", "python", "python -c 'import train'", "python - train.py", "python -m pytest"),
        *("python 'train.py", "python absent.py", "python /train.py", "python ../train.py", "python -m", "bash run.sh"),
        *(
            "jupyter nbconvert nb/explore.ipynb",
            "jupyter lab nb/explore.ipynb",
            "cat train.py",
            "cd $DIR && python train.py",
            "cd && python train.py",
        ),
        *("python -W", "A=1", "env " * 40, "# python train.py", "echo > train.py", "python < train.py"),
    ],
)
def test_what_a_command_does_not_tell(command: str) -> None:
    assert entries_of_command(command, "", FILES.__contains__) == ()


def test_a_command_runs_in_its_directory() -> None:
    assert entries_of_command("python train.py", "sub", FILES.__contains__) == ("sub/train.py",)
    assert entries_of_command("python ../train.py", "sub", FILES.__contains__) == ("train.py",)


def test_every_part_of_a_command_may_start_a_file() -> None:
    assert entries_of_command("python prep.py && python train.py; ./prep.py", "", FILES.__contains__) == (
        "prep.py",
        "train.py",
    )
    assert entries_of_command("jupyter nbconvert --execute out.ipynb nb/explore.ipynb", "", FILES.__contains__) == (
        "out.ipynb",
        "nb/explore.ipynb",
    )


@pytest.mark.parametrize(
    ("paths", "weights", "expected"),
    [
        (("train.py", "src/train.py"), "models/a.pkl", ("train.py", "src/train.py")),
        (("models/fit.py", "train.py"), "models/a.pkl", ("models/fit.py", "train.py")),
        (
            ("train.py", "services/api/src/train.py", "services/web/train.py"),
            "services/api/models/a.pkl",
            ("services/api/src/train.py", "train.py"),
        ),
        (("pkg/__init__.py", "pkg/train.py", "main.py"), "models/a.pkl", ("pkg/train.py",)),
        (("src/pkg/__init__.py", "src/pkg/train_model.py"), "a.pkl", ("src/pkg/train_model.py",)),
        (("old/train.py", "tests/__init__.py", "tests/train.py"), "a.pkl", ()),
        (("main.py", "scripts/training.py"), "a.pkl", ("scripts/training.py", "main.py")),
        (("main.py", "tests/__init__.py"), "models/a.pkl", ("main.py",)),
    ],
)
def test_candidates_are_conventional_names_near_the_weights(
    paths: tuple[str, ...], weights: str, expected: tuple[str, ...]
) -> None:
    assert candidates(paths, weights) == expected


def stage(name: str, *commands: str, outs: tuple[str, ...], deps: tuple[str, ...] = ()) -> Stage:
    return Stage(name=name, file="dvc.yaml", commands=commands, directory="", deps=deps, outs=outs)


@pytest.mark.parametrize(
    ("weights", "stages", "paths", "choice"),
    [
        (
            "models/a.pkl",
            (stage("prep", "python prep.py", outs=("data",)), stage("fit", "python train.py", outs=("models/a.pkl",))),
            (),
            EntryChoice(entries=("train.py",), how="stage fit"),
        ),
        (
            "models/a/weights.bin",
            (stage("fit", "python prep.py", "python -m pkg.train", outs=("models/a/",)),),
            (),
            EntryChoice(entries=("prep.py", "pkg/train.py"), how="stage fit"),
        ),
        (
            "models/a.pkl",
            (stage("fit", "make train", outs=("models/a.pkl",), deps=("data.csv", "src/train.py", "pkg/train.py")),),
            ("train.py",),
            EntryChoice(entries=("src/train.py", "pkg/train.py"), how="stage fit"),
        ),
        (
            "models/a.pkl",
            (stage("fit", "make train", outs=("models/a.pkl",)), stage("b", "python prep.py", outs=("models/a.pk",))),
            ("train.py", "src/train.py"),
            EntryChoice(entries=("train.py",), how="candidate"),
        ),
        ("models/a.pkl", (), ("src/train.py", "scripts/train.py"), EntryChoice()),
        ("models/a.pkl", (), ("README.md",), EntryChoice()),
    ],
)
def test_a_stage_tells_first_then_one_best_candidate(
    weights: str, stages: tuple[Stage, ...], paths: tuple[str, ...], choice: EntryChoice
) -> None:
    assert choose_entry(weights, stages, paths, FILES.__contains__) == choice
