"""Requirements files that pip-tools 7 and uv 0.13 wrote."""

from pathlib import Path

import pytest

from lineage.model.declarations import Declarations, Dependency
from tests.support.declared import declared

DATA = Path(__file__).parents[1] / "data" / "requirements"


def pin(line: int, name: str, version: str, marker: str = "", extras: tuple[str, ...] = ()) -> Dependency:
    exact = f"=={version}"
    return Dependency(
        name=name, version=version, specifier=exact, written=exact, line=line, marker=marker, extras=extras
    )


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "pip-compile.txt",
            (
                pin(7, "certifi", "2026.10.18"),
                pin(8, "charset-normalizer", "3.5.2"),
                pin(9, "cloudpickle", "3.1.2"),
                pin(10, "idna", "3.20"),
                pin(11, "joblib", "1.6.0"),
                pin(12, "numpy", "2.4.6"),
                pin(13, "pysocks", "1.7.1"),
                pin(14, "requests", "2.32.3", extras=("socks",)),
                pin(15, "scikit-learn", "1.5.2"),
                pin(16, "scipy", "1.17.1"),
                pin(17, "threadpoolctl", "3.8.0"),
                pin(18, "urllib3", "2.8.0"),
            ),
        ),
        (
            "uv-compile.txt",
            (
                pin(3, "colorama", "0.4.6", marker='sys_platform == "win32"'),
                pin(7, "six", "1.16.0"),
                pin(11, "tqdm", "4.66.5"),
            ),
        ),
    ],
)
def test_what_a_tool_wrote_is_a_lock(file: str, expected: tuple[Dependency, ...]) -> None:
    assert declared("requirements.txt", (DATA / file).read_bytes()) == Declarations(
        path="requirements.txt",
        form="requirements",
        is_lock=True,
        dependencies=expected,
        files=("requirements.txt",),
    )
