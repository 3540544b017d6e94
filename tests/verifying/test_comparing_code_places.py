"""Where recorded files of code lie in a serving copy: wheels, images, links, and when no place can be told."""

import os
import shutil
from pathlib import Path

import pytest

from lineage.model.code import Code
from tests.support import projects
from tests.support.projects import git, write
from tests.support.servedcode import EDITED, FEATURES, FILES, INIT, NOT_HERE, TRAIN, code_of, compared, served


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return projects.make_repository(tmp_path_factory.mktemp("code") / "fraud", FILES)


@pytest.fixture
def recorded(repository: Path) -> Code:
    return code_of(FILES, base=git(repository, "rev-parse", "HEAD"))


WHEEL = {path.removeprefix("src/"): content for path, content in FILES.items() if path.startswith("src/")}
PACKAGE = {path: content for path, content in FILES.items() if path.startswith("src/")}


@pytest.mark.parametrize(
    "site",
    [
        "",
        "lib/python3.11/site-packages",
        ".venv/lib/python3.11/site-packages",
        "usr/lib/python3/dist-packages",
        "opt/app",
        "opt/env/lib/python3.12/site-packages",
    ],
)
def test_a_package_is_found_where_it_is_installed(site: str, repository: Path, recorded: Code, tmp_path: Path) -> None:
    code = Code(base=recorded.base, files=tuple(one for one in recorded.files if one[0] in PACKAGE))
    place = served(tmp_path / "root", {"etc/a": b"", "opt/b": b""})
    write(place / site, {**WHEEL, "sklearn/__init__.py": b"", "sklearn/features.py": b""})

    assert compared(code, place, repository) == ([], [], 2)
    write(place / site, {"fraudlib/features.py": EDITED})
    at = f"{site}/fraudlib/features.py".lstrip("/")
    assert compared(code, place, repository)[0] == [f"{at} (for {FEATURES}):1: constant 3 → 4 in SIZE"]
    (place / site / "fraudlib/features.py").unlink()
    assert compared(code, place, repository)[0] == [f"{at} (for {FEATURES}) is missing"]


def test_the_same_name_in_another_package_is_not_taken(repository: Path, recorded: Code, tmp_path: Path) -> None:
    others = {"sklearn/__init__.py": b"", "sklearn/features.py": FILES[FEATURES], "features.py": FILES[FEATURES]}
    place = served(tmp_path / "site", {**others, "fraudlib/features.py": FILES[FEATURES], TRAIN: FILES[TRAIN]})

    # No package: a project's directory may have its name.
    missing = [f"{path} is missing" for path in ("run.sh", INIT, FEATURES)]
    assert compared(recorded, place, repository) == (missing, [], 4)


def test_of_several_candidates_none_is_guessed(repository: Path, recorded: Code, tmp_path: Path) -> None:
    code = Code(base=recorded.base, files=tuple(one for one in recorded.files if one[0] in PACKAGE))
    sites = [f"opt/{name}/lib/python3.11/site-packages" for name in ("a", "b")]
    place = served(tmp_path / "root", {"usr/a": b"", "srv/fraudlib/train.py": b""})
    for site in sites:
        write(place / site, WHEEL)
    assert compared(code, place, repository) == ([], [], 2)

    write(place / sites[1], {"fraudlib/features.py": EDITED})
    named = ", ".join(f"{site}/fraudlib/features.py" for site in sites)
    unknown = [f"code:{FEATURES}: several could be meant, and differ: {named}"]
    assert compared(code, place, repository) == ([], unknown, 1)


def test_two_recorded_files_are_not_one(tmp_path: Path) -> None:
    files = {"a/pyproject.toml": b"", "a/load.py": b"x = 1\n", "b/setup.py": b"", "b/load.py": b"x = 2\n"}
    repository = projects.make_repository(tmp_path / "both", files)
    used = {path: content for path, content in files.items() if path.endswith("load.py")}
    code = code_of(used, base=git(repository, "rev-parse", "HEAD"))
    place = served(tmp_path / "app", {"load.py": b"x = 1\n"})

    unknown = ["code:b/load.py: load.py may be another one's: several recorded files could lie there"]
    assert compared(code, place, repository) == ([], unknown, 1)


def test_a_file_at_its_own_path_is_no_other_one(tmp_path: Path) -> None:
    place = served(tmp_path / "app", {"load.py": b"x = 1\n"})

    code = code_of({"load.py": b"x = 1\n", "src/load.py": b"x = 1\n"})
    assert compared(code, place, None) == (["src/load.py is missing"], [], 2)


def test_a_directory_of_scripts_may_be_served_as_the_top(tmp_path: Path) -> None:
    files = {"training/features.py": b"x = 1\n", "training/train.py": b"import features\n"}
    place = served(tmp_path / "app", {"features.py": b"x = 2\n", "train.py": b"import features\n"})
    repository = projects.make_repository(tmp_path / "fraud", files)

    found = compared(code_of(files, base="b" * 40), place, repository)
    assert found == (["features.py (for training/features.py):1: constant 1 → 2 in x"], [], 2)


def test_what_stands_in_front_of_a_module_is_named(tmp_path: Path) -> None:
    files = {"load.py": b"x = 1\n", "train/__init__.py": b"", "train.py": b"import load\n"}
    code = code_of({path: content for path, content in files.items() if path.endswith(("load.py", "train.py"))})
    place = served(tmp_path / "app", {**files, "load/__init__.py": b""})
    repository = projects.make_repository(tmp_path / "fraud", files)
    code = Code(base=git(repository, "rev-parse", "HEAD"), files=code.files)

    def front(by: str) -> list[str]:
        return [f"code:load.py: {by} stands in front of load.py, and was not recorded"]

    assert compared(code, place, repository) == ([], front("load/__init__.py"), 1)
    shutil.rmtree(place / "load")
    write(place, {"load.cpython-311-x86_64-linux-gnu.so": b"", "loader.so": b""})
    assert compared(code, place, repository) == ([], front("load.cpython-311-x86_64-linux-gnu.so"), 1)


def test_compiled_code_alone_cannot_be_compared(tmp_path: Path) -> None:
    place = served(tmp_path / "app", {"a.pyc": b"", "b.shc": b""})
    code = code_of({"a.py": b"", "b.sh": b""})

    unknown = ["code:a.py: only a.pyc is there, which is compiled"]
    assert compared(code, place, None) == (["b.sh is missing"], unknown, 1)


def test_links_are_followed_inside_only(tmp_path: Path) -> None:
    place = served(tmp_path / "app", {"real/a.py": b"x = 1\n"})
    write(tmp_path, {"secret.py": b"x = 1\n"})
    for name, target in (("a.py", "real/a.py"), ("b.py", "../secret.py"), ("c.py", str(tmp_path / "secret.py")),
                         ("d.py", "d.py"), ("deep", "..")):  # fmt: skip
        (place / name).symlink_to(target)
    paths = ("a.py", "b.py", "c.py", "d.py", "deep/secret.py")

    unknown = [
        "code:b.py: b.py cannot be read: a link leads out of the root",
        "code:c.py: c.py cannot be read: a link leads out of the directory, or to nothing",
        "code:d.py: d.py cannot be read: too many links",
        "code:deep/secret.py: deep/secret.py cannot be read: a link leads out of the root",
    ]
    assert compared(code_of(dict.fromkeys(paths, b"x = 1\n")), place, None) == ([], unknown, 1)
    more = code_of(dict.fromkeys((*paths, "e.py"), b"x = 1\n"))
    assert compared(more, place, None) == (["e.py is missing"], unknown, 2)


def test_a_recorded_link_is_as_good_as_what_it_leads_to(tmp_path: Path) -> None:
    place = served(tmp_path / "app", {"deep/b.py": b"x = 1\n"})
    (place / "a.py").symlink_to("deep/b.py")

    alone, both = code_of({"a.py": b"deep/b.py"}), code_of({"a.py": b"deep/b.py", "deep/b.py": b"x = 1\n"})
    unknown = ["code:a.py: a.py is the recorded link, and what it leads to is not recorded"]
    assert compared(alone, place, None) == ([], unknown, 0)
    assert compared(both, place, None) == ([], [], 2)


def test_where_an_undecided_file_lies_is_told(repository: Path, recorded: Code, tmp_path: Path) -> None:
    code = Code(base=recorded.base, files=tuple(one for one in recorded.files if one[0] in PACKAGE))
    place = served(tmp_path / "site", {**WHEEL, "fraudlib/features.py": EDITED})

    unknown = [f"code:{FEATURES}: fraudlib/features.py {NOT_HERE}"]
    assert compared(code, place, None) == ([], unknown, 1)


def test_what_is_no_file_or_too_large_is_unknown_by_its_name(tmp_path: Path) -> None:
    place = served(tmp_path / "app", {"c.py": b""})
    os.mkfifo(place / "a.py")
    (place / "b.py").mkdir()
    os.truncate(place / "c.py", 10 * 2**30)

    unknown = [
        "code:a.py: a.py cannot be read: not a regular file",
        "code:b.py: b.py cannot be read: not a regular file",
        "code:c.py: c.py cannot be read: larger than 67108864 bytes",
    ]
    assert compared(code_of(dict.fromkeys(("a.py", "b.py", "c.py"), b"")), place, None) == ([], unknown, 0)
