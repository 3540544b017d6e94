"""A folder of archives that stands for a package index, and the settings with which pip asks it alone."""

import os
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path


def make_index(directory: Path, wheels: Mapping[tuple[str, str], Sequence[str]]) -> dict[str, str]:
    """The environment in which pip knows these wheels, (name, version) → what it requires, and nothing else."""
    directory.mkdir()
    for (name, version), requires in wheels.items():
        _wheel(directory, name, version, requires)
    return {"PIP_FIND_LINKS": str(directory), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}


def add_source(directory: Path, name: str, version: str, setup: str) -> None:
    """A source distribution whose ``setup.py`` is this program."""
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "setup.py": setup,
    }
    with tarfile.open(directory / f"{name}-{version}.tar.gz", "w:gz") as archive:
        for base, content in files.items():
            member = tarfile.TarInfo(f"{name}-{version}/{base}")
            member.size = len(content)
            archive.addfile(member, BytesIO(content.encode()))


def _wheel(directory: Path, name: str, version: str, requires: Sequence[str]) -> None:
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {one}" for one in requires),
    ]
    files = {
        "METADATA": "\n".join([*metadata, ""]),
        "WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(directory / f"{name.replace('-', '_')}-{version}-py3-none-any.whl", "w") as archive:
        for base, content in files.items():
            archive.writestr(f"{info}/{base}", content)
