"""A directory is read through its tree alone: in memory it gives what it gave on the disk, which is gone."""

import shutil
from pathlib import Path

import pytest

from lineage.errors import InputError, ObservationError
from lineage.targets.directory import DirectorySource, TreePlace, examine_place
from lineage.targets.source import every_name
from tests.support.memory import MemorySystem
from tests.support.projects import install
from tests.support.roots import make_debian, write_environment, write_python


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Debian with a newer Python, an environment with links, code that runs at start, and a user's own packages."""
    root = make_debian(tmp_path / "root")
    install(write_python(root / "usr/local", "3.12.1") / "lib/python3.12/site-packages", "newer", "1.0")
    site = write_environment(root / "app/.venv", "/usr/bin") / "lib/python3.11/site-packages"
    install(site, "inside", "1.0")
    (site / "more.pth").write_text("/srv/code\nimport surprise\n")
    (root / "srv/code").mkdir(parents=True)
    install(root / "srv/code", "beside", "1.0")
    install(root / "home/ada/.local/lib/python3.11/site-packages", "mine", "1.0")
    (root / "app/.venv/lib64").symlink_to("lib")
    (root / "app/current").symlink_to("/app/.venv")
    return root


@pytest.mark.parametrize(
    ("prefix", "interpreter"),
    [
        (None, "/usr/bin/python3.11"),
        (None, "/usr/local/bin/python3.12"),
        (None, "/app/.venv"),
        (None, "/app/current/bin/python"),
        ("/app/.venv", None),
        ("/usr/local", None),
    ],
)
def test_a_tree_in_memory_gives_the_whole_observation(prefix: str | None, interpreter: str | None, root: Path) -> None:
    location = str(root) + (prefix or "")
    on_disk = DirectorySource(location, interpreter).examine()
    tree = MemorySystem.of(root)
    shutil.rmtree(root)

    examination = examine_place(TreePlace(tree=tree, prefix=prefix, location=location), interpreter, every_name)

    assert examination.observation == on_disk.observation
    assert examination.observation.environment.packages
    assert (examination.paths, examination.markers, examination.base) == (
        on_disk.paths,
        on_disk.markers,
        on_disk.base,
    )
    assert examination.prefix.removeprefix("memory:") == on_disk.prefix.removeprefix(str(root))


def test_several_interpreters_are_named_from_a_tree_too(root: Path) -> None:
    place = TreePlace(tree=MemorySystem.of(root), prefix=None, location="image:fraud")

    with pytest.raises(InputError) as caught:
        examine_place(place, None, every_name)

    assert str(caught.value).startswith("image:fraud: holds several Python interpreters: /app/.venv/bin/python, ")


def test_a_broken_configuration_is_told_by_its_place_in_the_tree(root: Path) -> None:
    (root / "app/.venv/pyvenv.cfg").write_bytes(b"\xff")
    place = TreePlace(tree=MemorySystem.of(root), prefix="/app/.venv", location="image:fraud")

    with pytest.raises(ObservationError) as caught:
        examine_place(place, None, every_name)

    assert str(caught.value) == "memory:/app/.venv/pyvenv.cfg: cannot be read: not UTF-8"
