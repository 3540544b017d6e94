"""A Dockerfile by meaning: the last stage, what it is built from and what it installs."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows

WHOLE = r"""# syntax=docker/dockerfile:1
ARG PY=3.11.7
FROM --platform=$BUILDPLATFORM python:${PY}-slim AS Base
ARG PY
ENV NUMPY=1.26.4 \
    OTHER=x
WORKDIR /app
RUN apt-get update && apt-get install -y libgomp1=12.2.0-14 git:amd64 \
    # why
    curl/stable && rm -rf /var/lib/apt/lists/*
FROM base AS builder
RUN pip install never==1
FROM base
COPY --from=builder /wheels /wheels
COPY requirements.txt ./
RUN --mount=type=cache,target=/var/cache/pip pip install -r requirements.txt \
      "numpy==${NUMPY}" 'pandas[x]>=2,<3' \
      torch==2.1.0+cpu --index-url https://ada:secret@example.org/simple
RUN uv pip install --system -e ./libs/core /app/libs/part .
RUN <<EOF
pip install a==1
conda install -y -c conda-forge scipy=1.11.3
EOF
RUN ["pip", "install", "b==2"]
CMD ["serve"]
"""


def exact(name: str, version: str, line: int, **fields: object) -> Dependency:
    return Dependency(name=name, version=version, specifier=f"=={version}", written=f"=={version}", line=line, **fields)  # type: ignore[arg-type]


def test_a_whole_file() -> None:
    files = {"requirements.txt": "flask==3\n-r more.txt\n", "more.txt": "jinja2==3.1\n", "docker/other.txt": "x"}

    assert declared("docker/Dockerfile", WHOLE, files) == Declarations(
        path="docker/Dockerfile",
        form="Dockerfile",
        dependencies=(
            Dependency(name="", origin="path:.", line=19, is_own=True),
            exact("a", "1", 21),
            exact("b", "2", 24),
            Dependency(name="core", origin="path:./libs/core", line=19, is_own=True),
            exact("flask", "3", 1, file="requirements.txt"),
            exact("jinja2", "3.1", 1, file="more.txt"),
            exact("numpy", "1.26.4", 17),
            Dependency(name="pandas", specifier="<3,>=2", written=">=2,<3", extras=("x",), line=17),
            Dependency(name="part", origin="path:./app/libs/part", line=19, is_own=True),
            Dependency(
                name="scipy",
                version="1.11.3",
                specifier="==1.11.3",
                written="=1.11.3",
                line=22,
                manager="conda",
            ),
            exact("torch", "2.1.0+cpu", 18),
        ),
        python="3.11.7",
        python_line=3,
        system=(
            ("apt:curl", "", 10),
            ("apt:git", "", 8),
            ("apt:libgomp1", "12.2.0-14", 8),
            ("image", "python:3.11.7-slim", 3),
        ),
        files=("docker/Dockerfile", "more.txt", "requirements.txt"),
    )


@pytest.mark.parametrize(
    ("head", "image", "python"),
    [
        ("FROM python:3.11.7-slim", "python:3.11.7-slim", "3.11.7"),
        ("from python:3.11", "python:3.11", "3.11"),
        ("FROM docker.io/library/python:3.11", "python:3.11", "3.11"),
        ("FROM docker.io/acme/base:1", "acme/base:1", None),
        (
            "FROM example.org:5000/mirror/python:3.12.1-bookworm AS x",
            "example.org:5000/mirror/python:3.12.1-bookworm",
            "3.12.1",
        ),
        ("FROM python:3.14.0rc2", "python:3.14.0rc2", "3.14.0rc2"),
        ("FROM python:3.11@sha256:0123", "python:3.11@sha256:0123", "3.11"),
        ("FROM python@sha256:0123", "python@sha256:0123", None),
        ("FROM python:slim", "python:slim", None),
        ("FROM python", "python", None),
        ("FROM example.org/uv:0.5-python3.11-bookworm", "example.org/uv:0.5-python3.11-bookworm", "3.11"),
        ("FROM acme/base:python-3.11.6", "acme/base:python-3.11.6", "3.11.6"),
        ("FROM debian:12", "debian:12", None),
        ("FROM scratch", "scratch", None),
        ("ARG A=python\nARG V=3.11\nFROM ${A}:${V}", "python:3.11", "3.11"),
        ("FROM python:${V:-3.10}", "python:3.10", "3.10"),
        ("FROM python:3.9 AS a\nFROM a AS b\nFROM debian\nFROM B", "python:3.9", "3.9"),
        ("FROM later\nFROM python:3.9 AS later\nFROM debian AS debian\n", "debian", None),
    ],
)
def test_the_base_image(head: str, image: str, python: str | None) -> None:
    found = declared("Dockerfile", f"{head}\n")

    assert ([(field, value) for field, value, _ in found.system], found.python) == ([("image", image)], python)
    assert found.unknown == ()


def test_a_python_of_conda_counts_more_than_that_of_the_image() -> None:
    found = declared("Dockerfile", "FROM python:3.11\nRUN conda install python=3.10 -y\n")

    assert (found.python, found.python_line) == ("3.10", 2)


@pytest.mark.parametrize(
    ("body", "versions"),
    [
        ("ARG V=1\nRUN pip install a==$V", ["1"]),
        ("ARG G\nRUN pip install a==$G", ["7"]),
        ("ARG G=8\nRUN pip install a==$G", ["8"]),
        ('ENV V 1 2\nRUN pip install a=="${V% *}" b==$V', ["1", "1"]),
        ("ENV V=1\nARG V=2\nRUN pip install a==$V", ["1"]),
        ("ARG W=1\nENV V=$W\nRUN pip install a==$V", ["1"]),
        ("RUN V=1 && pip install a==$V", ["1"]),
        ("RUN bash <<EOF\npip install a==1\nEOF", ["1"]),
        ("RUN <<EOF\n#!/bin/sh\npip install a==1\nEOF", ["1"]),
        ("RUN <<EOF\n#!/usr/bin/env python\npip install a==1\nEOF", []),
        ("RUN python <<EOF\npip install a==1\nEOF", []),
        ("RUN [ -f x ] && pip install a==1", ["1"]),
        ("RUN []", []),
        ("RUN ", []),
        ("ONBUILD RUN pip install a==1", []),
        ("ENV\nWORKDIR\nARG\nCOPY\nUSER x", []),
    ],
)
def test_what_runs_and_with_which_values(body: str, versions: list[str]) -> None:
    found = declared("Dockerfile", f"ARG G=7\nFROM debian\n{body}\n")

    assert [row.version for row in found.dependencies if row.version] == versions


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("WORKDIR /srv\nWORKDIR app\nCOPY reqs/a.txt .\nRUN pip install -r /srv/app/a.txt", "reqs/a.txt"),
        ('COPY ["reqs/a.txt", "/b.txt"]\nRUN cd / && pip install -r b.txt', "reqs/a.txt"),
        ("RUN --mount=type=bind,source=reqs,target=/r pip install -r /r/a.txt", "reqs/a.txt"),
        ("RUN pip install -r reqs/a.txt -r reqs/a.txt", "reqs/a.txt"),
    ],
)
def test_a_requirements_file_is_followed(body: str, path: str) -> None:
    found = declared("Dockerfile.dev", f"FROM debian\n{body}\n", {"reqs/a.txt": "a==1\n"})

    assert found.dependencies == (exact("a", "1", 1, file=path, group="dev"),)
    assert (found.files, found.unknown) == (("Dockerfile.dev", path), ())


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        ("RUN pip install a==$V", [("package:a", "installs what a variable or another command tells: a==${V}")]),
        ("RUN pip install $V", [("packages", "installs what a variable or another command tells: ${V}")]),
        (
            "RUN pip install git+https://x:y@example.org/$V",
            [("packages", "installs what a variable or another command tells")],
        ),
        (
            "RUN xargs pip install",
            [("packages", "installs what a variable or another command tells: ${}")],
        ),
        ("RUN pip install dist/*.whl", [("packages", "installs what it does not name: dist/*.whl")]),
        ("RUN pip install a==", [("package:a", "is not a requirement that can be read: 'a=='")]),
        ("RUN pip install -r none.txt", [("packages", "installs what a file lists that is not found: none.txt")]),
        ("RUN pip install -r $V", [("packages", "installs what a file lists that is not found: ${V}")]),
        (
            "RUN pip install -r bad.txt",
            [("packages", "installs what bad.txt lists: is a conflict marker (bad.txt:1)")],
        ),
        ("RUN conda install 'a=1|2'", [("package:a", "has alternatives, which no specifier can say: 'a=1|2'")]),
        ("RUN apt-get install a=$V", [("system:apt:a", "installs what a variable or another command tells: a=${V}")]),
        ("RUN apt-get install $V", [("system:apt", "installs what a variable or another command tells: ${V}")]),
        ("RUN apt-get install ./x.deb", []),
    ],
)
def test_what_cannot_be_told_is_unknown(body: str, unknown: list[tuple[str, str]]) -> None:
    found = declared("Dockerfile", f"FROM debian\n{body}\n", {"bad.txt": "=======\n"})

    assert [(one.subject, one.reason) for one in found.unknown] == [
        (subject, f"Dockerfile:2 {reason}") for subject, reason in unknown
    ]
    assert found.dependencies == ()


def test_arguments_end_with_their_stage_and_mounts_with_their_instruction() -> None:
    text = (
        "FROM debian AS base\nARG V=1\nENV W=2\nFROM base\nRUN pip install a==$V b==$W\n"
        "RUN --mount=type=bind,source=reqs,target=/r true\nRUN pip install -r /r/a.txt\n"
    )
    found = declared("Dockerfile", text, {"reqs/a.txt": "c==3\n"})

    assert found.dependencies == (exact("b", "2", 5),)
    assert found.unknown == (
        Unknown("package:a", "Dockerfile:5 installs what a variable or another command tells: a==${V}"),
        Unknown("packages", "Dockerfile:7 installs what a file lists that is not found: /r/a.txt"),
    )


def test_a_base_image_that_a_variable_names_is_unknown() -> None:
    reason = "Dockerfile:2 is built from python:${V}, where a variable has no value"
    other = "Dockerfile:2 is built from ${V}, where a variable has no value"

    assert declared("Dockerfile", "ARG V\nFROM python:$V\n").unknown == (
        Unknown("python", reason),
        Unknown("system:image", reason),
    )
    assert declared("Dockerfile", "ARG V\nFROM $V\n").unknown == (Unknown("system:image", other),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Dockerfile: has no FROM\n  name the base image"),
        ("ARG A=1\n", "Dockerfile: has no FROM\n  name the base image"),
        ("RUN a\nFROM b\n", "Dockerfile:1: has RUN before the first FROM"),
        ("FROM\n", "Dockerfile:1: has a FROM that is not: FROM image [AS name]"),
        ("FROM a b\n", "Dockerfile:1: has a FROM that is not: FROM image [AS name]"),
        ("FROM a IS b\n", "Dockerfile:1: has a FROM that is not: FROM image [AS name]"),
    ],
)
def test_what_is_no_dockerfile_is_refused(text: str, message: str) -> None:
    assert refused("Dockerfile", text) == message


def test_a_directory_in_the_image_that_is_installed_editable_is_code() -> None:
    [row] = rows("Dockerfile", "FROM python:3.11\nADD . /fraud\nRUN pip install -e /fraud\n")

    assert (row.name, row.is_own) == ("fraud", True)
