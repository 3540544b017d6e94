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
        ("pip download a", []),
        ("echo pip install a", []),
        ("python train.py install a", []),
        ("conda install -y -c conda-forge numpy=1.26 'scipy>=1'", [("conda", "numpy=1.26"), ("conda", "scipy>=1")]),
        ("mamba create -n x python=3.11", [("conda", "python=3.11")]),
        ("micromamba install --file env.yml", []),
        ("conda env create -f env.yml", []),
        ("apt-get install -y --no-install-recommends a=1 b", [("apt", "a=1"), ("apt", "b")]),
        ("apt-get -o X=y -qq install a", [("apt", "a")]),
        ("apt-get update", []),
    ],
)
def test_a_command(command: str, expected: list[tuple[str, str]]) -> None:
    found = [one for each in commands(command, {}) for one in installs(each)]

    assert [(one.kind, one.text) for one in found] == expected


def test_a_variable_without_a_value_is_told() -> None:
    [command] = commands("pip install a==$X b -r $Y", {})

    assert [(one.text, one.is_known) for one in installs(command)] == [("a==${X}", False), ("b", True), ("${Y}", False)]
