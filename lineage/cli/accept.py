"""``lineage accept``."""

from datetime import UTC, date, datetime
from pathlib import Path

import click

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings, kept_readings
from lineage.checking.revisions.revision import at_worktree
from lineage.cli import exits
from lineage.cli.emit import say
from lineage.cli.options import policy_option, quiet_option
from lineage.cli.targets import manifest_of
from lineage.config import find_root, load_policy
from lineage.errors import InputError
from lineage.git.objects import GitObjects
from lineage.manifest.log import append_accept, read_log
from lineage.model.manifest import StoredManifest, log_path
from lineage.model.plan import Due
from lineage.portable.policy import Accept
from lineage.report.printable import printable
from lineage.system.files import read_document


@click.command("accept")
@click.argument("model", metavar="MODEL")
@click.argument("subject", metavar="SUBJECT")
@click.option("--because", required=True, metavar="TEXT", help="Why it is harmless, for who reviews it.")
@click.option("--until", metavar="DATE", help="The last day it counts, as 2027-01-31.  [default: until it changes]")
@policy_option
@quiet_option
def command(model: str, subject: str, because: str, until: str | None, policy: Path | None, quiet: bool) -> int:
    """Judge a difference harmless: SUBJECT (package:numpy, python, code:train.py) of MODEL, as the work tree has it.

    It is written beside the manifest, for you to commit: bound to this manifest and to what SUBJECT moved from and to,
    so that it ends by itself when either changes again. `check` and `verify` honour it, and show it.
    """
    if not because.strip():
        raise InputError("is empty", where="--because", hint="say why the difference is harmless")
    last = _day(until)
    stored = manifest_of(model)
    path = log_path(Path(stored.path))
    if path.exists():
        read_log(read_document(path, "log"), str(path))  # one that is broken is told before anything else
    due = _pending(stored, subject, policy)
    accept = Accept(
        manifest=stored.id,
        subject=subject,
        recorded=due.recorded,
        observed=due.observed,
        because=" ".join(because.split()),
        made=datetime.now(UTC).date(),
        until=last,
    )
    word = "accepted" if append_accept(path, accept) else "already accepted"
    say(f"{word}: {due.message}", quiet)
    click.echo(printable(str(path)))
    return exits.GOOD


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError("is not a date", where=f"--until {text}", hint="write it as 2027-01-31") from error
    if day < datetime.now(UTC).date():
        raise InputError("is past", where=f"--until {text}", hint="name a day that is still to come")
    return day


def _pending(stored: StoredManifest, subject: str, policy: Path | None) -> Due:
    """What the work tree makes due of the model. Raises ``InputError`` where it is not the subject."""
    root = find_root(Path.cwd())
    with GitObjects(Path.cwd()) as objects:
        head = at_worktree(objects, Readings(objects.blob, kept_readings(objects)))
        judges = Judges(policies=(load_policy(root, policy),), today=datetime.now(UTC).date())
        plan = check(None, head, judges)
    path = Path(stored.path).resolve()
    mine = [one for one in plan.models if root is not None and (root.resolve() / one.manifest) == path]
    if not mine:
        raise InputError("is not tracked, so nothing is due of it", where=stored.path, hint=f"git add {stored.path}")
    due = [one for model in mine for one in model.reasons]
    found = next((one for one in due if one.subject == subject), None)
    if found is None:
        known = ", ".join(one.subject for one in due) or "nothing"
        hint = "one difference at a time: [[tool.lineage.waive]] is for many" if "*" in subject else ""
        hint = hint or "lineage check lists it"
        raise InputError(f"is not due of {mine[0].name}: due is {known}", where=subject, hint=hint)
    if found.observed is None and found.action == "undecided":
        message = f"is not known, so there is nothing to accept: {found.message}"
        raise InputError(message, where=subject, hint="make it readable")
    return found
