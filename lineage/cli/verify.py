"""``lineage verify``."""

import contextlib
import os
from pathlib import Path

import click

from lineage.cli.options import PATH, against_option, interpreter_option, policy_option, report_options
from lineage.errors import InputError
from lineage.system.surroundings import as_given
from lineage.targets.spec import questioned


@click.command("verify")
@click.argument("manifest", required=False)
@against_option
@interpreter_option
@click.option("--weights", type=PATH, metavar="PATH", help="Where the weights lie.  [default: beside the manifest]")
@click.option("--no-weights", is_flag=True, help="Do not look at the weights; the report says so.")
@click.option("--cached", is_flag=True, help="Do not read weights again that did not change since their capture.")
@click.option("--code", type=PATH, metavar="DIR", help="Compare the code with the copy in DIR that is served.")
@click.option("--deep", is_flag=True, help="Compare every installed file with its RECORD too.")
@policy_option
@report_options
def command(
    manifest: str | None,
    target: str | None,
    interpreter: str | None,
    weights: Path | None,
    no_weights: bool,
    cached: bool,
    code: Path | None,
    deep: bool,
    policy: Path | None,
    form: str,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """May the model of MANIFEST be served in the target?

    MANIFEST is a path, a model's unique name, REV:PATH or sha256:PREFIX; left out, the only one of the repository.

    Exits 0 when the target fits, 1 when it does not, 3 when it could not be decided.
    """
    if weights is not None and no_weights:
        raise InputError("--weights and --no-weights exclude each other")
    # Asked first of all: the interpreter starts while we import what judges it and read the manifest.
    source = questioned(target, as_given(os.environ)) if interpreter is None else None
    with contextlib.nullcontext() if source is None else source.asked():
        from lineage.cli.gate import Asked, answer

        asked = Asked(
            manifest=manifest,
            target=target,
            interpreter=interpreter,
            weights=weights,
            no_weights=no_weights,
            cached=cached,
            code=code,
            deep=deep,
            policy=policy,
        )
        return answer(asked, source, form=form, output=output, quiet=quiet, verbose=verbose)
