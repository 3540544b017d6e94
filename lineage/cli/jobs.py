"""What ``lineage check`` leaves for the later steps and jobs of a CI pipeline, where its variables name files.

They are only written to, after the verdict is known: none of them changes it.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from lineage.errors import StoreError
from lineage.model.plan import Plan

GITHUB_OUTPUT = "GITHUB_OUTPUT"
DOTENV = "LINEAGE_DOTENV"
CODE_QUALITY = "LINEAGE_CODE_QUALITY"


def tell_jobs(plan: Plan, variables: Mapping[str, str] = os.environ) -> None:
    """Append the outputs of GitHub's step, and write GitLab's reports. ``StoreError`` names the variable."""
    asked = {name: Path(variables[name]) for name in (GITHUB_OUTPUT, DOTENV, CODE_QUALITY) if variables.get(name)}
    if not asked:
        return
    from lineage.report.planjobs import code_quality, dotenv, github_outputs

    if GITHUB_OUTPUT in asked:  # what other commands of the step wrote stays
        _write(GITHUB_OUTPUT, asked[GITHUB_OUTPUT], github_outputs(plan), "a")
    if DOTENV in asked:
        _write(DOTENV, asked[DOTENV], dotenv(plan), "w")
    if CODE_QUALITY in asked:
        _write(CODE_QUALITY, asked[CODE_QUALITY], code_quality(plan), "w")


def _write(name: str, path: Path, text: str, mode: str) -> None:
    try:
        with path.open(mode, encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except OSError as error:
        hint = "name a file that can be written, or unset the variable"
        raise StoreError(f"the file that it names cannot be written: {error.strerror}", f"${name}", hint) from error
