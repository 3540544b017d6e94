"""Real source texts, read from a real directory."""

from pathlib import Path

import pytest

from lineage.code.imports import Imports, trace_imports
from tests.support.tracing import Trace


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """Writes the files, then traces ``train.py`` or the given entries."""

    def write_and_trace(files: dict[str, str | bytes], *entries: str) -> Imports:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text if isinstance(text, bytes) else text.encode())

        def read(path: str) -> bytes | None:
            return (tmp_path / path).read_bytes() if (tmp_path / path).is_file() else None

        return trace_imports(entries or ("train.py",), read, roots=("", "src"))

    return write_and_trace
