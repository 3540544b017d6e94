"""``import --force``, ``hook install`` and ``hook uninstall`` killed at any moment: the old state, or the new one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import strace
from tests.support.bundles import Machines, make_machines, state
from tests.support.checked import fraud
from tests.support.hooked import ALL
from tests.support.patience import wait_for
from tests.support.projects import MANIFEST, MODEL, command_line, git, run_lineage, write
from tests.support.strace import Call, inject, trace

pytestmark = pytest.mark.skipif(strace.refusal() != "", reason=strace.refusal())

OWN = b"#!/bin/sh\necho own\n"


def is_quiet(directory: Path) -> bool:
    """Whether no process works there any more: what was killed may have left one that brings it to its end."""
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if place.readlink().is_relative_to(directory):
                return False
        except OSError:
            continue
    return True


def spread(calls: tuple[Call, ...], number: int) -> list[Call]:
    """So many calls, from the first to the last."""
    return [calls[i * (len(calls) - 1) // (number - 1)] for i in range(number)]


def since(calls: tuple[Call, ...], is_first: Callable[[Call], bool]) -> tuple[Call, ...]:
    first = next(i for i, call in enumerate(calls) if is_first(call))
    return calls[first:]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Machines:
    """At home, other weights and another manifest stand where the bundle has its own."""
    found = make_machines(tmp_path_factory.mktemp("killed") / "place", environment, {"train.py": b"import features\n"})
    found.bundle("--with-weights")
    return found


def restored(home: Path) -> None:
    """The old state, whatever was left of a killed import: leftovers too are swept by the next one."""
    git(home, "clean", "-dfxq")
    write(home, {MODEL: b"old", MANIFEST: b"old"})
    for ref in state(home)[1]:
        if "refs/lineage/" in ref:
            git(home, "update-ref", "-d", ref.split()[0])


@pytest.mark.parametrize("number", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_an_import_that_is_killed(machines: Machines, number: int, tmp_path: Path) -> None:
    home, log = machines.home, tmp_path / "log"
    command = command_line("import", "--force", f"bundle:{machines.remote.parent / 'model.tar'}")
    restored(home)
    old = state(home)
    traced = trace(command, home, log)
    assert (traced.code, traced.stderr.count("written: ")) == (0, 1)
    new = state(home)
    window = since(traced.calls, lambda call: call.name == "mkdir" and ".lineage-import-" in call.text)
    forked = next(i for i, call in enumerate(window) if call.name in ("clone", "clone3", "fork", "vfork"))
    seen = []
    for call in [*spread(window[:forked], max(2, number // 3)), window[forked], *spread(window[forked + 1 :], number)]:
        restored(home)
        inject(command, home, log, call, "signal=SIGKILL")
        wait_for(lambda: is_quiet(home))
        files, refs = state(home)
        left = {path for path in files if ".lineage-import-" in path}
        found = {path: content for path, content in files.items() if path not in left}, refs
        assert found in (old, new), call
        seen.append(found == new)
    assert set(seen) == {False, True}
    ended = run_lineage(*command[4:], cwd=home)
    assert (ended.code, state(home)) == (0, new)


@pytest.mark.parametrize("number", [2, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_hooks_whose_installing_is_killed(verb: str, number: int, tmp_path: Path) -> None:
    root, log = fraud(tmp_path / "fraud"), tmp_path / "log"
    hooks = root / ".git" / "hooks"
    write(hooks, {"pre-commit": OWN, "pre-push": OWN, "elsewhere": OWN})
    link = hooks / "post-merge"
    link.symlink_to("elsewhere")
    for one in ("pre-commit", "pre-push"):
        (hooks / one).chmod(0o755)
    plain = standing(hooks)
    assert run_lineage("hook", "install", cwd=root).code == 0
    ours = standing(hooks)
    other = {"install": "uninstall", "uninstall": "install"}[verb]
    old, new = (plain, ours) if verb == "install" else (ours, plain)
    run_lineage("hook", other, cwd=root)
    command = command_line("hook", verb)
    traced = trace(command, root, log)
    assert standing(hooks) == new
    window = since(traced.calls, lambda call: call.name == "flock")
    for call in spread(window, number):
        run_lineage("hook", other, cwd=root)
        assert standing(hooks) == old
        inject(command, root, log, call, "signal=SIGKILL")
        found = standing(hooks)
        for name in ALL:
            assert found.get(name) in (old.get(name), new.get(name)), call
            assert name in found or name not in old or name not in new, call
    run_lineage("hook", verb, cwd=root)
    assert (standing(hooks), sorted(hooks.glob(".*.lineage"))) == (new, [])
    assert verb == "install" or list(hooks.glob("*.before-lineage")) == []


def standing(hooks: Path) -> dict[str, bytes]:
    """What git runs by each name; of a link, where it leads."""
    places = [hooks / name for name in ALL if os.path.lexists(hooks / name)]
    return {one.name: os.fsencode(one.readlink()) if one.is_symlink() else one.read_bytes() for one in places}
