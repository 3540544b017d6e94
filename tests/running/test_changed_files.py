"""Which files changed since a moment."""

import os
from pathlib import Path

from lineage.running.watch import changed_since, moment
from tests.support.projects import make_environment, write


def test_what_changed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, {"old": b"", "touched": b"", "deep/older": b"", "moved": b"", "gone": b""})
    since = moment(tmp_path)
    write(root, {"new": b"", "deep/er/new": b"", ".git/x": b"", "a/__pycache__/x.pyc": b"", ".dvc/tmp/x": b""})
    write(root, {".dvc/cache/x": b"", ".dvc/config": b"", "cache/x": b""})
    os.utime(root / "touched", ns=(0, 0))
    (root / "moved").rename(root / "there")
    (root / "gone").unlink()
    (root / "link").symlink_to("nowhere")
    make_environment(root / "venv", packages=())

    found = changed_since(root, since)

    assert found == (".dvc/config", "cache/x", "deep/er/new", "link", "new", "there", "touched")
    assert changed_since(root, moment(tmp_path)) == ()


def test_what_is_written_right_after_the_moment_counts(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for turn in range(50):
        write(root, {"before": b"%d" % turn})
        since = moment(tmp_path)
        write(root, {"after": b"%d" % turn})
        assert changed_since(root, since) == ("after",)


def test_what_is_not_there(tmp_path: Path) -> None:
    assert changed_since(tmp_path / "absent", 0) == ()
