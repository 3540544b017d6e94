"""Definition files of Apptainer and Singularity by meaning."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

WHOLE = """\
# A model's environment
From: python:3.11-slim  # comes first here
Bootstrap: docker

%arguments
    TORCH="2.1.0"
%labels
    Version 1
%help
    Bootstrap: is a word of it
    pip install never==1
%post -c /bin/bash
    apt-get update && apt-get install -y libgomp1=12.2
    cat > /hello <<EOF
pip install never==1
EOF
    pip install torch=={{ TORCH }} \\
        numpy==1.26.4
    pip install -r /opt/requirements.txt
    %wheel ALL=(ALL) ALL
%files
    # why
    requirements.txt /opt/requirements.txt
    data
%environment
    export A=1
%runscript
    pip install never==1
"""


def exact(name: str, version: str, line: int, **fields: object) -> Dependency:
    return Dependency(name=name, version=version, specifier=f"=={version}", written=f"=={version}", line=line, **fields)  # type: ignore[arg-type]


def test_a_whole_file() -> None:
    assert declared("train.def", WHOLE, {"requirements.txt": "scipy==1.11\n"}) == Declarations(
        path="train.def",
        form="Apptainer definition",
        dependencies=(
            exact("numpy", "1.26.4", 18),
            exact("scipy", "1.11", 1, file="requirements.txt"),
            exact("torch", "2.1.0", 17),
        ),
        python="3.11",
        python_line=2,
        system=(("apt:libgomp1", "12.2", 13), ("image", "python:3.11-slim", 2)),
        files=("requirements.txt", "train.def"),
    )


STAGES = """\
Bootstrap: docker
From: python:3.11
Stage: build
%post
    python -m venv /opt/venv
    /opt/venv/bin/pip install a==1
    conda create -p /opt/conda-env python=3.10 b=1.2.3
Bootstrap: docker
From: debian:12
Stage: final
"""


@pytest.mark.parametrize(
    ("files", "rows", "python"),
    [
        ("%files from build\n    /opt/venv", ["a==1"], ("3.10", 7)),
        ("%files from build\n    /opt/venv /srv\n", ["a==1"], ("3.10", 7)),
        ("%files from build\n    /opt/conda-env /opt/conda-env\n", ["b==1.2.3"], ("3.10", 7)),
        ("%files from build\n    /opt/venv/bin /srv\n", [], (None, 0)),
        ("%files\n    /opt/venv /srv\n", [], (None, 0)),
        ("%appinstall x\n    pip install c==2\n", ["c==2"], (None, 0)),
        ("", [], (None, 0)),
    ],
)
def test_what_comes_from_another_stage(files: str, rows: list[str], python: tuple[str | None, int]) -> None:
    found = declared("Singularity.final", STAGES + files)

    assert [f"{row.name}{row.specifier}" for row in found.dependencies] == rows
    assert (found.python, found.python_line) == python
    assert (found.system, found.unknown) == ((("image", "debian:12", 9),), ())


@pytest.mark.parametrize(
    ("header", "system", "python"),
    [
        ("Bootstrap: docker\nFrom: docker.io/library/python:3.12", "python:3.12", "3.12"),
        ("bootstrap:docker\nfrom:centos:7", "centos:7", None),
        ("Bootstrap: library\nFrom: acme/default/base:1", "acme/default/base:1", None),
        ("%labels\nBootstrap: docker\nFrom: python:3.12", "python:3.12", "3.12"),
        ("Bootstrap: localimage\nFrom: base.sif", "localimage:base.sif", None),
        ("Bootstrap: debootstrap\nOSVersion: bionic", "debootstrap:bionic", None),
    ],
)
def test_what_it_is_built_from(header: str, system: str, python: str | None) -> None:
    found = declared("Singularity", f"{header}\n%post\n    true\n")

    line = 1 + header.count("\n")
    assert (found.system, found.python) == ((("image", system, line),), python)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        (
            "Bootstrap: docker\nFrom: {{ BASE }}\n",
            [("system:image", "train.def:2 is built from ${BASE}, where an argument has no value")],
        ),
        (
            "Bootstrap: docker\n%post\npip install a=={{ V }}\n",
            [("package:a", "train.def:3 installs what a variable or another command tells: a==${V}")],
        ),
        (
            "Bootstrap: docker\n%files from other\n\n/a\n/opt/venv /x\n",
            [
                ("packages", "train.def:4 copies from stage other, which is not there"),
                ("packages", "train.def:5 copies from stage other, which is not there"),
            ],
        ),
    ],
)
def test_what_cannot_be_told_is_unknown(text: str, unknown: list[tuple[str, str]]) -> None:
    assert declared("train.def", text).unknown == tuple(Unknown(*one) for one in unknown)


@pytest.mark.parametrize("text", ["LIBRARY x\nEXPORTS\n  f @1\n", "", "pip install a==1\n", "%help\nBootstrap: x\n"])
def test_other_files_of_that_name_declare_nothing(text: str) -> None:
    assert declared("module.def", text) == Declarations(
        path="module.def", form="Apptainer definition", files=("module.def",)
    )


def test_a_conflict_is_refused() -> None:
    text = "Bootstrap: docker\n<<<<<<< HEAD\n"

    assert refused("train.def", text) == "train.def:2: is a conflict marker\n  take one side whole"
