"""What the coverage gate of ``make test`` leaves out, and what it asks every branch of."""

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator

from tests.support.projects import SOURCE

FILES = sorted((SOURCE / "lineage").rglob("*.py"))
SETTINGS = tomllib.loads((SOURCE / "pyproject.toml").read_text())["tool"]["coverage"]


def never_run(tree: ast.Module) -> Iterator[int]:
    """The lines of a module that no test can run: imports for the type checker, and the bodies of a protocol."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not node.orelse:
            if all(isinstance(one, ast.Import | ast.ImportFrom) for one in node.body):
                yield node.lineno
        elif isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases):
            yield from (part.body[-1].lineno for part in node.body if isinstance(part, ast.FunctionDef))


def test_only_what_cannot_run_is_left_out() -> None:
    excluded = re.compile("|".join(SETTINGS["report"]["exclude_lines"]))
    found, allowed = set(), set()
    for path in FILES:
        text = path.read_text()
        found |= {(path.name, number) for number, line in enumerate(text.split("\n"), 1) if excluded.search(line)}
        allowed |= {(path.name, number) for number in never_run(ast.parse(text))}

    assert len(found) >= 3
    assert found - allowed == set()


def test_no_comment_leaves_a_line_or_a_branch_out() -> None:
    assert [path.name for path in FILES if "pragma" in path.read_text()] == []


def test_every_file_that_judges_is_asked_for() -> None:
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(
        ["make", "--dry-run", "test"], cwd=SOURCE, env=env, capture_output=True, text=True, check=True
    )
    (asked,) = re.findall(r"--fail-under=100 --include='(.*)'", done.stdout)

    patterns = [pattern.removesuffix("**") for pattern in asked.split(",")]
    assert [pattern for pattern in patterns if not (SOURCE / pattern).exists()] == []
    assert {"lineage/portable/", "lineage/dependencies/", "lineage/model/", "lineage/verifying/verify.py"} < set(
        patterns
    )
    assert (SETTINGS["run"]["branch"], SETTINGS["run"]["source"]) == (True, ["lineage"])
