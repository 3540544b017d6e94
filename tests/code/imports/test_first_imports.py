"""Files that the entries are known to have loaded: traced too, with the search path of the entries."""

from pathlib import Path

from lineage.code.imports import Imports, trace_imports
from tests.support.tracing import unreadable

FILES = {
    "train.py": b"import models\n",
    "models/__init__.py": b"",
    "models/xgboost.py": b"import xgboost\nimport numpy\n",
    "models/shared.py": b"from . import xgboost\n",
}


def traced(*loaded: str) -> Imports:
    return trace_imports(("train.py",), FILES.get, roots=("",), loaded=loaded)


def test_what_was_loaded_by_a_computed_name_is_followed() -> None:
    assert traced() == Imports(files=("models/__init__.py", "train.py"))
    assert traced("models/shared.py", "models/xgboost.py") == Imports(
        files=("models/__init__.py", "models/shared.py", "models/xgboost.py", "train.py"),
        sites=(("xgboost", "models/xgboost.py:1"), ("numpy", "models/xgboost.py:2")),
    )


def test_as_an_entry_a_module_would_find_itself() -> None:
    """A script's own directory comes first on its search path; a module's does not."""
    assert trace_imports(("models/xgboost.py",), FILES.get, roots=("",)).sites == (("numpy", "models/xgboost.py:2"),)


def test_a_loaded_file_that_is_gone_is_a_problem() -> None:
    assert traced(str(Path("gone.py"))) == Imports(
        files=("models/__init__.py", "train.py"), problems=(unreadable("gone.py", "no such file"),), dynamic=True
    )
