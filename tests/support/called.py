"""Commands called in the process of the tests: a start of Python each would be most of the time of hundreds."""

from contextlib import chdir
from pathlib import Path

from lineage.cli.group import group
from lineage.cli.main import guarded


def call_lineage(*arguments: str, cwd: Path) -> int:
    """The exit code of ``lineage ARGUMENTS``; what it says goes to the streams of this process."""
    with chdir(cwd):
        return guarded(lambda: group.main(args=list(arguments), prog_name="lineage", standalone_mode=False))
