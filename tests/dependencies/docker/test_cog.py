"""cog.yaml by meaning."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

WHOLE = """\
# Configuration for Cog
build:
  gpu: true
  cuda: "11.8"
  cudnn: "8"
  python_version: 3.10
  system_packages:
    - "ffmpeg"
    - libgl1=1.6.0-1
  python_packages:
    - "torch==2.0.1 --extra-index-url=https://example.org/whl"
    - numpy>=1.20
    - -r more.txt
    - --pre
  python_requirements: requirements.txt
  pre_install:
    - pip install early==1
  run:
    - "pip install flash-attn==2.5 -i https://example.org"
    - command: bash -c 'pip install late==3'
      mounts: []
    - |
      cd /x
      pip install several==4
predict: "predict.py:Predictor"
"""


def exact(name: str, version: str, line: int, **fields: object) -> Dependency:
    return Dependency(name=name, version=version, specifier=f"=={version}", written=f"=={version}", line=line, **fields)  # type: ignore[arg-type]


def test_a_whole_file() -> None:
    files = {"models/requirements.txt": "scipy==1.11\n", "models/more.txt": "a==1\n"}

    assert declared("models/cog.yaml", WHOLE, files) == Declarations(
        path="models/cog.yaml",
        form="cog.yaml",
        dependencies=(
            exact("a", "1", 1, file="models/more.txt"),
            exact("early", "1", 17),
            exact("flash-attn", "2.5", 19),
            exact("late", "3", 20),
            Dependency(name="numpy", specifier=">=1.20", written=">=1.20", line=12),
            exact("scipy", "1.11", 1, file="models/requirements.txt"),
            exact("several", "4", 23),
            exact("torch", "2.0.1", 11),
        ),
        python="3.10",
        python_line=6,
        system=(
            ("apt:ffmpeg", "", 8),
            ("apt:libgl1", "1.6.0-1", 9),
            ("cuda", "11.8", 4),
            ("cudnn", "8", 5),
        ),
        files=("models/cog.yaml", "models/more.txt", "models/requirements.txt"),
    )


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("build:\n  python_version: '3.11'\n", ("3.11", 2)),
        ("build: {python_version: 3.10, gpu: true}\n", ("3.10", 1)),
        ('build: {"python_version": "3.12"}\n', ("3.12", 1)),
        ("build:\n  ? python_version\n  : '3.12'\n", ("3.12", 0)),
        ("build:\n  run: pyenv global 3.9.1\n", ("3.9.1", 2)),
        ("# python_version: '3.1'\nbuild:\n  python_version: '3.12' # python_version: 3\n", ("3.12", 3)),
        ("build:\n  gpu: true\n", (None, 0)),
        ("build:\n", (None, 0)),
        ("", (None, 0)),
    ],
)
def test_the_python(text: str, python: tuple[str | None, int]) -> None:
    found = declared("cog.yaml", text)

    assert (found.python, found.python_line, found.unknown) == (*python, ())


def test_what_cannot_be_read_is_unknown() -> None:
    text = (
        "build:\n  python_version: none\n  python_packages:\n  - a==\n  - 3\n  python_requirements: r.txt\n"
        "  system_packages: [a b]\n  run:\n  - pip install b==$V\n  - mounts: []\n"
    )

    assert declared("cog.yaml", text).unknown == (
        Unknown("package:a", "cog.yaml:4 is not a requirement that can be read: 'a=='"),
        Unknown("package:b", "cog.yaml:9 installs what a variable or another command tells: b==${V}"),
        Unknown("packages", "cog.yaml:4 has an item below python_packages: that is no text"),
        Unknown("packages", "cog.yaml:6 reads r.txt, which does not exist"),
        Unknown("packages", "cog.yaml:9 has an item below run: that is no text"),
        Unknown("python", "cog.yaml:2 chooses 'none', which is no version"),
        Unknown("system:apt", "cog.yaml:7 asks for a package of the system that cannot be read: a b"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1\n", "cog.yaml: the file: is not a table\n  write it as Cog's documentation of cog.yaml says"),
        ("build: 1\n", "cog.yaml: build: is not a table\n  write it as Cog's documentation of cog.yaml says"),
        (
            "build:\n  python_packages: 1\n",
            "cog.yaml: python_packages: is not a list\n  write it as Cog's documentation of cog.yaml says",
        ),
    ],
)
def test_another_shape_is_refused(text: str, message: str) -> None:
    assert refused("cog.yaml", text) == message
