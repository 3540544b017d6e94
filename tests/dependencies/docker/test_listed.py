"""Files that commands of an image name, and projects that they install."""

import pytest

from tests.support.declared import declared

POETRY = '[[package]]\nname = "a"\nversion = "1"\ngroups = ["main"]\n[metadata]\nlock-version = "2.1"\n'
FILES: dict[str, str | bytes] = {
    "env.yml": "dependencies:\n- python=3.10\n- a=1.2.3\n- pip:\n  - b==2\n",
    "other.yaml": "dependencies:\n- a=1.2.3\n",
    "conda.txt": "# why\na=1.2.3\n\npython=3.9\n",
    "explicit.txt": "@EXPLICIT\nhttps://example.org/c/linux-64/a-1.2.3-h_0.conda\n",
    "poetry.lock": POETRY,
    "api/pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["a>=1"]\n',
    "api/Pipfile": "[packages]\na = '*'\n",
    "bad/uv.lock": "<<<<<<< HEAD\n",
    "bad/env.yml": "dependencies: 1\n",
}


@pytest.mark.parametrize(
    ("body", "rows", "python", "file"),
    [
        ("RUN conda env create -f env.yml", ["a==1.2.3", "b==2"], "3.10", "env.yml"),
        ("COPY other.yaml /tmp/x.yaml\nRUN mamba env update --file /tmp/x.yaml", ["a==1.2.3"], None, "other.yaml"),
        ("RUN conda install --file conda.txt", ["a==1.2.3"], "3.9", "conda.txt"),
        ("RUN micromamba create -n x -f explicit.txt", ["a==1.2.3"], None, "explicit.txt"),
        ("RUN poetry install --only main", ["a==1"], None, "poetry.lock"),
        ("WORKDIR /api\nCOPY api/pyproject.toml .\nRUN uv sync", ["a>=1"], None, "api/pyproject.toml"),
        ("WORKDIR /api\nCOPY api .\nRUN pipenv install", ["a"], None, "api/Pipfile"),
    ],
)
def test_a_file_is_read_by_its_own_reader(body: str, rows: list[str], python: str | None, file: str) -> None:
    found = declared("Dockerfile", f"FROM debian\n{body}\n", FILES)

    assert sorted(f"{row.name}{row.specifier}" for row in found.dependencies) == sorted(rows)
    assert {row.file for row in found.dependencies} == {file}
    assert (found.python, found.files, found.unknown) == (python, ("Dockerfile", file), ())


def test_the_group_of_the_image_is_that_of_what_it_installs() -> None:
    found = declared("Dockerfile.dev", "FROM debian\nRUN poetry install\nRUN conda install --file conda.txt\n", FILES)

    assert {row.group for row in found.dependencies} == {"dev"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("RUN uv sync", "installs what uv.lock or pyproject.toml lists, which is not found"),
        ("RUN conda env create -f none.yml", "installs what a file lists that is not found: none.yml"),
        (
            "WORKDIR /bad\nCOPY bad .\nRUN uv sync",
            "installs what bad/uv.lock lists: is not TOML: Invalid statement (bad/uv.lock:1:1)",
        ),
        (
            "WORKDIR /bad\nCOPY bad .\nRUN conda env create -f env.yml",
            "installs what bad/env.yml lists: dependencies: is not a list (bad/env.yml)",
        ),
    ],
)
def test_what_cannot_be_read_is_unknown(body: str, reason: str) -> None:
    found = declared("Dockerfile", f"FROM debian\n{body}\n", FILES)
    line = 2 + body.count("\n")

    assert [(one.subject, one.reason) for one in found.unknown] == [("packages", f"Dockerfile:{line} {reason}")]


@pytest.mark.parametrize(
    ("copy", "rows", "unknown"),
    [
        ("COPY <<EOF requirements.txt\na==1\nb==$V\nEOF", [("a", 5), ("b", 6)], []),
        ("COPY <<requirements.txt <<x.txt /app/\na==1\nrequirements.txt\nx.txt", [("a", 5)], []),
        ("COPY <<-'EOF' /app/requirements.txt\n\ta==1\n\tEOF", [("a", 5)], []),
        (
            "COPY <<'EOF' requirements.txt\na==$V\nEOF",
            [],
            [("package:a", "Dockerfile:5 is not a requirement that can be read: 'a==$V'")],
        ),
        (
            "COPY <<EOF requirements.txt\na==$W\nEOF",
            [],
            [("package:a", "Dockerfile:5 is not a requirement that can be read: 'a==$W'")],
        ),
    ],
)
def test_a_file_that_the_dockerfile_holds(
    copy: str, rows: list[tuple[str, int]], unknown: list[tuple[str, str]]
) -> None:
    found = declared("Dockerfile", f"FROM debian\nWORKDIR /app\nENV V=2\n{copy}\nRUN pip install -r requirements.txt\n")

    assert [(row.name, row.line, row.file) for row in found.dependencies] == [(name, line, "") for name, line in rows]
    assert [(one.subject, one.reason) for one in found.unknown] == unknown
