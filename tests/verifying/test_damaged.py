"""Damaged installations: never a pass where the state of a used package cannot be known, and it stays recorded."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from lineage.targets.directory import DirectorySource
from tests.support import projects, roots
from tests.support.called import call_lineage
from tests.support.damages import DAMAGES, METADATA, REFUSED, Damage, directory, loop
from tests.support.projects import MANIFEST, MODEL, python_of
from tests.support.shadows import TRAIN, make_environment, make_model, report_on, said

VERDICTS = {0: "pass", 1: "fail", 3: "undecided"}
NAMES = {"alpha", "beta", "gamma", "space-one"}
CASES = [(one, kind) for one in DAMAGES for kind in one.kinds]
FAST = ("METADATA gone", "RECORD with CR alone", "METADATA a directory", "metadata gone")


class Ground(NamedTuple):
    root: Path
    sound: Path


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A model that was captured in a sound environment."""
    base = tmp_path_factory.mktemp("damaged")
    sound = make_environment(base / "sound")
    root = projects.make_repository(base / "model", {"train.py": TRAIN, ".gitignore": b"out/\n"})
    (root / "out").mkdir()
    ended = projects.run_lineage("capture", MODEL, "--from", str(python_of(sound)), cwd=root)
    assert ended.code == 0, ended.stderr
    return Ground(root, sound)


def target(kind: str, environment: Path) -> str:
    return f"dir:{environment}" if kind == "dir" else f"python:{python_of(environment)}"


def ended(ground: Ground, streams: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """(exit code, what is told) of a command."""
    code = call_lineage(*arguments, cwd=ground.root)
    told = streams.readouterr()
    assert code != 4, told.err
    assert "Traceback" not in told.err
    return code, told.out + told.err


def verdict(ground: Ground, streams: pytest.CaptureFixture[str], manifest: str, against: str, *more: str) -> str:
    code, told = ended(ground, streams, "verify", manifest, "--against", against, "--no-weights", *more)
    if f"\n{VERDICTS.get(code)}: " in told:
        return VERDICTS[code]
    assert code in (2, 3), told
    return REFUSED


def held(damage: Damage, kind: str, ground: Ground, place: Path, streams: pytest.CaptureFixture[str]) -> None:
    environment = projects.copy(ground.sound, place / "environment")
    damage.spoil(environment)
    here = target(kind, environment)

    assert verdict(ground, streams, MANIFEST, here, *damage.options) == damage.verdict

    again = f"out/{place.name}.lineage.toml"
    code, told = ended(ground, streams, "capture", MODEL, "-o", again, "--from", here)
    assert code == 0 if damage.captured else code in (0, 2, 3), told
    if damage.captured:
        recorded = tomllib.loads((ground.root / again).read_text())["environment"]["packages"]
        assert recorded.keys() >= NAMES - damage.gone
        assert verdict(ground, streams, again, target("dir", ground.sound)) == damage.captured


@pytest.mark.parametrize("damage", [one for one in DAMAGES if one.name in FAST], ids=lambda one: one.name)
def test_some_are_no_pass(damage: Damage, ground: Ground, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    held(damage, "dir", ground, tmp_path, capfd)


def test_the_table_is_large_enough() -> None:
    assert len({one.name for one in DAMAGES if one.verdict != "pass"}) >= 40


@pytest.mark.parametrize("spoil", [loop, directory], ids=lambda one: one.__name__)
def test_a_list_of_debian(spoil: Callable[[Path], None], tmp_path: Path) -> None:
    """What is there without metadata is Debian's by that list alone."""
    root, place = roots.make_debian(tmp_path / "root"), "usr/lib/python3/dist-packages"
    infos = {"beta-1.0.egg-info/PKG-INFO": METADATA, "beta-1.0.egg-info/top_level.txt": b"beta\n"}
    files = {"beta/__init__.py": b"", "beta/__init__.so": b"\x7fELF", **infos}
    trained = projects.make_environment(tmp_path / "env", packages=())
    projects.write(projects.site_packages(trained), files)
    projects.write(root / place, files)
    listed = tmp_path / "root/var/lib/dpkg/info/python3-beta.list"
    projects.write(root, {"var/lib/dpkg/info/python3-beta.list": f"/{place}/beta/__init__.so\n".encode()})
    model = make_model(tmp_path / "model", trained, b"import beta\n")
    spoil(listed)

    assert "unknown module:beta" in said(report_on(model, DirectorySource(str(root))))


@pytest.mark.slow
@pytest.mark.parametrize(("damage", "kind"), CASES, ids=[f"{one.name}-{kind}" for one, kind in CASES])
def test_none_is_a_pass(
    damage: Damage, kind: str, ground: Ground, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    held(damage, kind, ground, tmp_path, capfd)
