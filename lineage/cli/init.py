"""``lineage init``."""

from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import answer, say
from lineage.cli.options import quiet_option
from lineage.cli.scaffold import CI_FILES, detect_ci, scaffold
from lineage.config import find_root
from lineage.errors import RepositoryError
from lineage.report.text import table


@click.command("init")
@click.option("--ci", type=click.Choice([*CI_FILES, "none"]), help="The CI template.  [default: as used here]")
@quiet_option
def command(ci: str | None, quiet: bool) -> int:
    """Write a first configuration (lineage.toml), a CI template and a line in .gitattributes; overwrite nothing."""
    root = find_root(Path.cwd())
    if root is None:
        hint = "run git init at the root of the project"
        raise RepositoryError("not in a git repository", where=str(Path.cwd()), hint=hint)
    done = scaffold(root, ci or detect_ci(root))
    answer("".join(f"{line}\n" for line in table([[one.outcome, one.path, one.note] for one in done])), None)
    say("next: train, then lineage capture WEIGHTS, then git add the manifest", quiet)
    return exits.GOOD
