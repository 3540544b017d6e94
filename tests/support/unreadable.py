"""Dependency files of every form with a row that nobody can read, and the same row moved."""

import json
from typing import NamedTuple


class Unreadable(NamedTuple):
    """One row of one form: the file with ``good`` in its place, ``bad`` and another ``moved``."""

    name: str
    path: str
    text: str
    """``@`` is where the row stands"""
    good: str
    bad: str
    moved: str

    def file(self, row: str) -> bytes:
        return self.text.replace("@", row).encode()


REQUIREMENTS = [
    ("quoted", 'numpy>="1.23.5"', 'numpy>="2.0.0"'),
    ("no comma", "numpy>=1.23.0<2", "numpy>=2.0.0<3"),
    ("a star behind a bound", "numpy>=1.16.*", "numpy>=2.0.*"),
    ("turned operator", "numpy=>1.23.5", "numpy=>2.0.0"),
    ("one equals sign", "numpy=1.23.5", "numpy=2.0.0"),
    ("no version behind it", "numpy==", "numpy>="),
    ("a caret", "numpy^1.23", "numpy^2.0"),
    ("a space in the version", "numpy==1.2 3", "numpy==2.0 0"),
    ("a version that is none", "numpy==one.two!", "numpy==two.two!"),
    ("an extra that is not closed", "numpy[a==1.23", "numpy[a==2.0"),
    ("a bracket too many", "numpy(==1.23", "numpy(==2.0"),
    ("a dollar", "numpy==$V1", "numpy==$V2"),
    ("a template", "numpy=={{ v1 }}", "numpy=={{ v2 }}"),
    ("words behind it", "numpy 1.23.5", "numpy 2.0.0"),
    ("a slash", "numpy/==1.23.5", "numpy/==2.0.0"),
    ("a version behind an at", "numpy@1.23.5 <2", "numpy@2.0.0 <3"),
]
"""(what is odd about it, the row, the row moved); read by every form of requirements"""

FILES = {
    "requirements.txt": ("scipy==1.11\n@\n", False),
    "requirements.in": ("scipy==1.11\n@\n", False),
    "pyproject.toml": ("[project]\nname = 'a'\nversion = '1'\ndependencies = [\n  @,\n]\n", True),
    "setup.cfg": ("[metadata]\nname = a\n[options]\ninstall_requires =\n    scipy\n    @\n", False),
    "setup.py": ("from setuptools import setup\nsetup(install_requires=['scipy', @])\n", True),
    "environment.yml": ("dependencies:\n- python=3.11\n- pip:\n  - @\n", True),
}
"""path → (the text around a requirement, whether it stands in quotes)"""


def _requirements() -> list[Unreadable]:
    found = []
    for path, (text, quoted) in FILES.items():
        for name, bad, moved in REQUIREMENTS:
            rows = [json.dumps(one) if quoted else one for one in ("numpy==1.26.4", bad, moved)]
            found.append(Unreadable(f"{path}: {name}", path, text, *rows))
    return found


def _lock(path: str, text: str, good: str, *odd: tuple[str, str, str]) -> list[Unreadable]:
    return [Unreadable(f"{path}: {name}", path, text, good, bad, moved) for name, bad, moved in odd]


UV = "version = 1\n[[package]]\n@\nsource = { registry = 'x' }\n"
POETRY = (
    "[[package]]\n@\noptional = false\n[metadata]\nlock-version = '2.1'\npython-versions = '*'\ncontent-hash = 'x'\n"
)
PDM = "[metadata]\nlock_version = '4.5.0'\n[[package]]\n@\ngroups = ['default']\n"
PYLOCK = "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\n@\n"
TOML_ODD = (
    ("no version", "name = 'numpy'\nfiles = [{ hash = 'a' }]", "name = 'numpy'\nfiles = [{ hash = 'b' }]"),
    ("a version that is none", "name = 'numpy'\nversion = '? 1'", "name = 'numpy'\nversion = '? 2'"),
    ("a name that is none", "name = 'num py'\nversion = '1.26.4'", "name = 'num py'\nversion = '2.0'"),
)
GOOD = "name = 'numpy'\nversion = '1.26.4'"
PIPFILE = "[packages]\n@\n"
CONDA = "dependencies:\n- python=3.11\n- @\n"
DOCKER = "FROM python:3.11.7\nARG V\n@\n"
CONDALOCK = "version: 1\npackage:\n- @\n  platform: linux-64\n  dependencies: {}\n"

OTHERS = [
    *_lock("uv.lock", UV, GOOD, *TOML_ODD),
    *_lock("poetry.lock", POETRY, GOOD, *TOML_ODD),
    *_lock("pdm.lock", PDM, GOOD, *TOML_ODD[1:]),
    *_lock("pylock.toml", PYLOCK, GOOD, *TOML_ODD[1:]),
    *_lock(
        "Pipfile.lock",
        '{"_meta": {"pipfile-spec": 6, "requires": {}, "sources": []}, "default": {"numpy": @}, "develop": {}}',
        '{"version": "==1.26.4"}',
        ("a range that is none", '{"version": "=>1"}', '{"version": "=>2"}'),
        ("a version that is no text", '{"version": 1}', '{"version": 2}'),
        ("a git that is no text", '{"git": 1}', '{"git": 2}'),
    ),
    *_lock(
        "Pipfile",
        PIPFILE,
        "numpy = '==1.26.4'",
        ("a range that is none", "numpy = '=>1'", "numpy = '=>2'"),
        ("a version that is no text", "numpy = { version = 1 }", "numpy = { version = 2 }"),
        ("extras that are none", "numpy = { extras = 'a' }", "numpy = { extras = 'b' }"),
    ),
    *_lock(
        "pixi.toml",
        "[dependencies]\n@\n",
        "numpy = '==1.26.4'",
        ("alternatives", "numpy = '1.26|1.27'", "numpy = '2.0|2.1'"),
        ("a version that is none", "numpy = '=?1'", "numpy = '=?2'"),
    ),
    *_lock(
        "environment.yml",
        CONDA,
        "numpy==1.26.4",
        ("alternatives", "'numpy 1.26|1.27'", "'numpy 2.0|2.1'"),
        ("a bound that is none", "numpy>=a.b", "numpy>=b.b"),
        ("a list", "[numpy=1.26]", "[numpy=2.0]"),
    ),
    *_lock(
        "conda-lock.yml",
        CONDALOCK,
        "name: numpy\n  version: '1.26.4'\n  manager: conda",
        (
            "a version that is no text",
            "name: numpy\n  version: 1.26\n  manager: conda",
            "name: numpy\n  version: 2.0\n  manager: conda",
        ),
        ("no manager", "name: numpy\n  version: '1.26.4'", "name: numpy\n  version: '2.0'"),
    ),
    *_lock(
        "Dockerfile",
        DOCKER,
        "RUN pip install numpy==1.26.4",
        ("a variable", "RUN pip install numpy==1.26.4+$V", "RUN pip install numpy==2.0+$V"),
        ("an output", "RUN pip install numpy==$(cat v)", "RUN pip install numpy==$(cat w)"),
        (
            "a loop",
            "RUN for p in numpy==1.26.4; do pip install $p; done",
            "RUN for p in numpy==2.0; do pip install $p; done",
        ),
        (
            "from another command",
            "RUN echo numpy==1.26.4 | xargs pip install",
            "RUN echo numpy==2.0 | xargs pip install",
        ),
        (
            "a file that is not there",
            "RUN curl x.org/1 > r.in && pip install -r r.in",
            "RUN curl x.org/2 > r.in && pip install -r r.in",
        ),
    ),
    *_lock(
        "setup.py",
        "from setuptools import setup\n@\n",
        "setup(install_requires=['numpy==1.26.4'])",
        (
            "computed",
            "setup(install_requires=[n + x() for n in ['numpy==1.26.4']])",
            "setup(install_requires=[n + x() for n in ['numpy==2.0']])",
        ),
        (
            "by a function",
            "def a():\n    return y('numpy==1.26.4')\nsetup(install_requires=a())",
            "def a():\n    return y('numpy==2.0')\nsetup(install_requires=a())",
        ),
        ("of a program", "x = y('numpy==1.26.4')\nsetup(**x)", "x = y('numpy==2.0')\nsetup(**x)"),
    ),
    *_lock(
        "pyproject.toml",
        "[tool.poetry]\nname = 'a'\n[tool.poetry.dependencies]\n@\n",
        "numpy = '1.26.4'",
        ("a range of poetry that is none", "numpy = '^?1'", "numpy = '^?2'"),
        ("a place that is none", "numpy = { git = 1 }", "numpy = { git = 2 }"),
        (
            "a marker of poetry",
            "numpy = { version = '1.26.4', markers = 'odd' }",
            "numpy = { version = '2.0', markers = 'odd' }",
        ),
    ),
    *_lock(
        "requirements.txt",
        "scipy==1.11\n@\n",
        "numpy==1.26.4",
        ("an include outside", "-r ../a.txt", "-r ../b.txt"),
        ("an include from the net", "-r https://x.org/a.txt", "-r https://x.org/b.txt"),
        ("an include that is not there", "-r a.txt", "-r b.txt"),
        ("an option that is none", "--odd-a", "--odd-b"),
        ("an address without a name", "https://x.org/?1", "https://y.org/?1"),
        ("a quotation without an end", "--hash='a", "--hash='b"),
    ),
]
CASES = [*_requirements(), *OTHERS]
