"""``lineage hook``: git hooks that live beside the user's own."""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli import exits
from lineage.cli.emit import answer, say
from lineage.cli.options import quiet_option, trust_option
from lineage.hooking.answer import HOOKS
from lineage.system.surroundings import isolating

if TYPE_CHECKING:
    from lineage.hooking.install import Done

NAMES = click.Choice(HOOKS)
_FILE = click.Path(path_type=Path, readable=False)


@click.group("hook")
def command() -> None:
    """Git hooks that live beside the user's own."""


@command.command("install")
@click.argument("hooks", nargs=-1, type=NAMES, metavar="[HOOK]...")
@click.option("--block", is_flag=True, help="Stop a commit that makes a model due, and a push that leaves something.")
@trust_option
@quiet_option
def install_command(hooks: tuple[str, ...], block: bool, trust_config: bool, quiet: bool) -> int:
    """Put hooks in, all or those named: pre-commit, prepare-commit-msg, post-merge, post-checkout, pre-push.

    What stands there runs first and is kept as it is. Without --block they only tell. With --trust-config, pre-push
    asks the remote as git itself does.
    """
    if trust_config and hooks and "pre-push" not in hooks:
        raise click.UsageError("--trust-config goes with pre-push")
    from lineage.hooking import install as hookfiles
    from lineage.hooking.place import hook_place

    place = hook_place(Path.cwd())
    done = []
    for name in hooks or HOOKS:
        before = hookfiles.standing(place.directory, name)
        shell = "" if before is None else hookfiles.shell_of(before)
        done.append(hookfiles.install(place.directory, name, _text(name, block, trust_config, shell)))
    if place.note:
        say(place.note, quiet)
    return _told(done)


@command.command("uninstall")
@click.argument("hooks", nargs=-1, type=NAMES, metavar="[HOOK]...")
@quiet_option
def uninstall_command(hooks: tuple[str, ...], quiet: bool) -> int:
    """Take hooks away, all or those named, and put back what stood there."""
    from lineage.hooking import install as hookfiles
    from lineage.hooking.place import hook_place

    place = hook_place(Path.cwd())
    return _told([hookfiles.uninstall(place.directory, name) for name in hooks or HOOKS])


def _told(done: "list[Done]") -> int:
    from lineage.report.text import printable, table

    rows = [[one.outcome, one.name, printable(one.note)] for one in done]
    answer("".join(f"{line}\n" for line in table(rows)), None)
    return exits.UNUSABLE if any(one.outcome == "refused" for one in done) else exits.GOOD


def _text(name: str, block: bool, trusts_config: bool, shell: str) -> bytes:
    """The hook of a name, with the tool that is running now."""
    from lineage.hooking.install import summed
    from lineage.system.resources import resource

    program, words = _tool()
    text = resource("hooks", "hook.sh")
    for key, value in {
        "HOOK": name,
        "BLOCK": "yes" if block else "no",
        "TRUST": "yes" if trusts_config and name == "pre-push" else "no",
        "PROGRAM": shlex.quote(program),
        "WORDS": shlex.quote(words),
        "SHELL": shlex.quote(shell),
    }.items():
        text = text.replace(f"=@{key}@".encode(), b"=" + os.fsencode(value), 1)
    return summed(text)


def _tool() -> tuple[str, str]:
    """(program, its first words) that run this very tool again, and nothing in front of it."""
    options = isolating()
    started = Path(sys.argv[0])
    if not options and started.name == "lineage" and os.access(started, os.X_OK) and started.is_file():
        return str(started.absolute()), ""
    return sys.executable, f"{options or '-P'} -m lineage"


@command.command("run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("hook", type=NAMES)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
@click.option("--block", is_flag=True, help="Answer `block` where the hook is to stop what is done.")
@click.option("--since", metavar="COMMIT", help="What is staged is compared with.  [default: HEAD]")
@click.option("--trailers", type=_FILE, metavar="FILE", help="What an earlier hook left.")
@trust_option
def run_command(
    hook: str, words: tuple[str, ...], block: bool, since: str | None, trailers: Path | None, trust_config: bool
) -> int:
    """Do what a hook does, with the words that git gives it; what it says goes to stderr.

    Ends with 0 whatever it finds, but with --block as check does; what cannot be judged for a reason that is not in the
    models (no repository, a policy that cannot be read) is told in one line and stops nothing.
    """
    from lineage.cli.hookrun import HookCall, run

    return run(
        HookCall(hook=hook, words=words, block=block, since=since, trailers=trailers, trusts_config=trust_config)
    )
