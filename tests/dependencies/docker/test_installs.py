"""What one command of a RUN installs."""

import pytest

from lineage.dependencies.docker.installs import installs
from lineage.dependencies.docker.shell_words import commands


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install a==1 b", [("pip", "a==1"), ("pip", "b")]),
        ("pip3.11 install a", [("pip", "a")]),
        ("/opt/venv/bin/pip install a", [("pip", "a")]),
        ("python3 -m pip install a", [("pip", "a")]),
        ("uv pip install --system a", [("pip", "a")]),
        ("sudo -H pip --no-cache-dir --timeout 60 install a", [("pip", "a")]),
        ("X=1 pip --cache-dir=/x install a", [("pip", "a")]),
        ("then pip install a", [("pip", "a")]),
        ("conda run -n base pip install a", [("pip", "a")]),
        ("pip install -U --index-url https://example.org -t /x a", [("pip", "a")]),
        ("pip install --index-url=https://example.org a", [("pip", "a")]),
        ("pip install -r a.txt -rb.txt --requirement=c.txt", [("file", "a.txt"), ("file", "b.txt"), ("file", "c.txt")]),
        ("pip install -c a.txt b", [("file", "a.txt"), ("pip", "b")]),
        ("pip install -e . --editable=./b -e./c", [("pip", "-e ."), ("pip", "-e ./b"), ("pip", "-e ./c")]),
        ("pip install a -r", [("pip", "a")]),
        ("pip install -i", []),
        ("cat r.txt | xargs -n 1 pip install", [("pip", "${}")]),
        ("pip", []),
        ("pip -q", []),
        ("pip uninstall a", []),
        ("pip download a", [("pip", "a")]),
        ("echo pip install a", []),
        ("python train.py install a", []),
        ("conda install -y -c conda-forge numpy=1.26 'scipy>=1'", [("conda", "numpy=1.26"), ("conda", "scipy>=1")]),
        ("mamba create -n x python=3.11", [("conda", "python=3.11")]),
        ("micromamba install --file env.yml", [("listed", "env.yml")]),
        ("micromamba install -n base -f env.yml", [("listed", "env.yml")]),
        ("conda env create -f env.yml", [("listed", "env.yml")]),
        ("conda env update -n base --file=env.yml", [("listed", "env.yml")]),
        ("conda install a --file b.txt", [("conda", "a"), ("listed", "b.txt")]),
        ("conda env list -f a", []),
        ("conda config --add channels install", []),
        ("apt-get install -y --no-install-recommends a=1 b", [("apt", "a=1"), ("apt", "b")]),
        ("apt-get -o X=y -qq install a", [("apt", "a")]),
        ("apt-get update", []),
        ("uv add a==1 'b>2' --dev", [("pip", "a==1"), ("pip", "b>2")]),
        ("uv sync --frozen --no-dev --extra gpu", [("project", "uv")]),
        ("uv sync -p 3.12", [("project", "uv")]),
        ("uv venv --python 3.11 /venv", [("environment", "/venv")]),
        ("uv venv", [("environment", ".venv")]),
        ("uv python install 3.11", []),
        ("uv", []),
        ("uv lock", []),
        ("uv pip sync a.txt b.txt", [("file", "a.txt"), ("file", "b.txt")]),
        ("uv run pip install a", [("pip", "a")]),
        ("pip-sync a.txt", [("file", "a.txt")]),
        ("pip wheel -w /wheels -r a.txt b", [("file", "a.txt"), ("pip", "b")]),
        ("pip install --find-links=/wheels a", [("pip", "a"), ("archives", "/wheels")]),
        ("pip install -f https://example.org a", [("pip", "a")]),
        ("poetry install --only main --no-root", [("project", "poetry")]),
        ("poetry add a==1", [("pip", "a==1")]),
        ("poetry config virtualenvs.create false", []),
        ("poetry run pip install a", [("pip", "a")]),
        ("pipenv install --system --deploy", [("project", "pipenv")]),
        ("pipenv install a", [("pip", "a")]),
        ("pipenv sync", [("project", "pipenv")]),
        ("pdm sync --prod", [("project", "pdm")]),
        ("pixi install --locked -e prod", [("project", "pixi")]),
        ("pixi add a=1", [("conda", "a=1")]),
        ("python3 -m venv /opt/venv", [("environment", "/opt/venv")]),
        ("virtualenv -p python3 /opt/venv", [("environment", "/opt/venv")]),
        ("rm -rf venv", []),
    ],
)
def test_a_command(command: str, expected: list[tuple[str, str]]) -> None:
    found = [one for each in commands(command, {}) for one in installs(each)]

    assert [(one.kind, one.text) for one in found] == expected


def test_a_variable_without_a_value_is_told() -> None:
    [command] = commands("pip install a==$X b -r $Y", {})

    assert [(one.text, one.is_known) for one in installs(command)] == [("a==${X}", False), ("b", True), ("${Y}", False)]


@pytest.mark.parametrize(
    ("command", "place", "is_archive"),
    [
        ("pip install a", "", False),
        ("/usr/local/bin/pip install a", "", False),
        ("/opt/venv/bin/pip install a", "/opt/venv", False),
        ("/opt/venv/bin/python -m pip install a", "/opt/venv", False),
        ("VIRTUAL_ENV=/opt/venv uv pip install a", "/opt/venv", False),
        ("uv pip install --python /opt/venv/bin/python a", "/opt/venv", False),
        ("uv pip install --python 3.11 a", "", False),
        ("pip install --prefix=/p a", "/p", False),
        ("pip install -t /t a", "/t", False),
        ("conda install -p /e a", "/e", False),
        ("pip wheel a", ".", True),
        ("pip wheel -w /w a", "/w", True),
        ("pip download --dest /d a", "/d", True),
    ],
)
def test_where_a_command_installs(command: str, place: str, is_archive: bool) -> None:
    [words] = commands(command, {})
    last = installs(words)[-1]

    assert (last.text, last.place, last.is_archive) == ("a", place, is_archive)
