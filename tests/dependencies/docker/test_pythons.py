"""Which Python the commands of uv in a Dockerfile choose."""

import pytest

from lineage.portable.environment import Unknown
from tests.support.declared import declared


@pytest.mark.parametrize(
    ("lines", "python", "line"),
    [
        (["RUN uv python install 3.12"], "3.12", 2),
        (["RUN /bin/uv python install --install-dir /opt -q 3.12.1"], "3.12.1", 2),
        (["RUN uv python install 3.14+freethreaded"], "3.14t", 2),
        (["RUN uv python pin 3.14t && uv sync"], "3.14t", 2),
        (["RUN uv python pin 3.11", "RUN uv python install 3.12"], "3.11", 2),
        (["RUN uv python install 3.12", "RUN uv venv --python 3.11 /venv"], "3.11", 3),
        (["RUN uv sync --frozen -p python3.11"], "3.11", 2),
        (["RUN uv run --python=3.13 train.py --python 3.9"], "3.13", 2),
        (["RUN uv run -- train --python 3.9"], None, 0),
        (["RUN uv pip install --python /usr/bin/python3.12 a"], "3.12", 2),
        (["RUN uv pip install --python /venv/bin/python a"], None, 0),
        (["RUN uv venv --python python3"], None, 0),
        (["RUN uv venv --python"], None, 0),
        (["RUN uv python list 3.12", "RUN uv python", "RUN uv"], None, 0),
        (["RUN echo --python 3.12", "RUN pip install --python 3.12 a"], None, 0),
        (["ARG V=3.12", "RUN uv python install $V"], "3.12", 3),
        (["RUN pyenv install 3.11.7 && pyenv global 3.11.7", "RUN pyenv versions"], "3.11.7", 2),
        (["ENV UV_PYTHON=3.12", "RUN uv sync"], "3.12", 2),
        (["ENV UV_PYTHON=3.12", "ENV A=1", "RUN uv venv --python 3.13"], "3.13", 4),
    ],
)
def test_the_python_that_uv_chooses(lines: list[str], python: str | None, line: int) -> None:
    found = declared(
        "Dockerfile", "\n".join(["FROM debian:12", *lines, ""]), {"uv.lock": "version = 1\nrequires-python = '>=3.9'\n"}
    )

    assert (found.python, found.python_line) == (python, line)
    assert found.unknown == ()


def test_what_uv_chooses_counts_more_than_the_image() -> None:
    assert declared("Dockerfile", "FROM python:3.11\nRUN uv sync --python 3.12\n").python == "3.12"
    assert declared("Dockerfile", "FROM python:3.14t-slim\n").python == "3.14t"
    assert declared("Dockerfile", "FROM acme/uv:python3.14t-slim\n").python == "3.14t"


def test_a_python_that_nothing_tells_is_unknown() -> None:
    found = declared("Dockerfile", "FROM debian\nRUN uv python install $V\nRUN uv python pin pypy@3.10\n")

    assert found.python is None
    assert found.unknown == (
        Unknown("python", "Dockerfile:2 chooses a Python that a variable tells: ${V}"),
        Unknown("python", "Dockerfile:3 chooses 'pypy@3.10', which is no version"),
    )
