"""A small wheel, built as a zip file, with everything that an installer treats in its own way."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

NAME, VERSION = "small-wheel", "1.0"
INFO = "small_wheel-1.0.dist-info"
DATA = "small_wheel-1.0.data"
FILES = {
    "small_wheel/__init__.py": b'"""A package."""\n',
    "small_wheel/deep/data, with comma.txt": b"1,2\n",
    "small_wheel/empty.py": b"",
    f"{DATA}/scripts/small-script": b"#!python\nprint('small')\n",
    f"{DATA}/data/share/small.txt": b"shared\n",
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: small-wheel\nVersion: 1.0\n",
    f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{INFO}/entry_points.txt": b"[console_scripts]\nsmall = small_wheel:__name__\n",
    f"{INFO}/licenses/LICENSE": b"free\n",
}


def row(path: str, content: bytes) -> str:
    """A row of RECORD, quoted where it needs it."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    written = f'"{path}"' if "," in path else path
    return f"{written},sha256={digest},{len(content)}"


def record_of(files: Mapping[str, bytes]) -> bytes:
    rows = [row(path, content) for path, content in files.items()]
    return "\n".join([*rows, f"{INFO}/RECORD,,", ""]).encode()


def build_wheel(directory: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """The wheel as a file that pip and uv install."""
    path = directory / "small_wheel-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, f"{INFO}/RECORD": record_of(files)}.items():
            archive.writestr(name, content)
    return path
