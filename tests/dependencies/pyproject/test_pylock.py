"""pylock.toml (PEP 751): extras and groups out of markers, and every kind of source."""

import pytest

from lineage.dependencies.forms import form_of
from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused, rows
from tests.support.declaredlocks import fixture, own, pin

_HINT = "\n  lock it again, or restore the version that git holds"


def test_what_pdm_exported() -> None:
    expected = (
        pin("certifi", "2026.10.18", 9),
        pin("charset-normalizer", "3.5.2", 20),
        pin("click", "8.1.8", 31),
        pin("colorama", "0.4.6", 45, marker='sys_platform == "win32" or platform_system == "Windows"'),
        pin("idna", "3.20", 57),
        pin("iniconfig", "2.1.0", 68),
        pin("jinja2", "3.1.6", 79),
        pin("markupsafe", "3.0.4", 92),
        pin("pluggy", "1.6.0", 103),
        pin("pysocks", "1.7.1", 114),
        pin("requests", "2.32.5", 125),
        pin("toolz", "1.2.0", 141),
        pin("urllib3", "2.6.3", 152),
    )

    assert declared("pylock.toml", fixture("pylock/pdm.toml")) == Declarations(
        path="pylock.toml",
        form="pylock.toml",
        is_lock=True,
        dependencies=expected,
        python=">=3.9",
        python_line=2,
        files=("pylock.toml",),
    )


def test_what_pip_wrote() -> None:
    assert rows("pylock.toml", fixture("pylock/pip.toml")) == [
        pin("click", "8.5.1", 6),
        pin("jinja2", "3.1.6", 17),
        pin("markupsafe", "3.0.4", 28),
    ]


@pytest.mark.parametrize(
    ("path", "is_lock"),
    [("a/pylock.toml", True), ("pylock.serve.toml", True), ("pylock.a.b.toml", False), ("my-pylock.toml", False)],
)
def test_names(path: str, is_lock: bool) -> None:
    assert (form_of(path) is not None) == is_lock


_HEAD = 'lock-version = "1.0"\ndefault-groups = ["default", "serve", "dev"]\n'


def _lock(rest: str) -> str:
    return f'{_HEAD}[[packages]]\nname = "one"\nversion = "1"\n{rest}\n'


@pytest.mark.parametrize(
    ("rest", "row"),
    [
        ("marker = '\"default\" in dependency_groups'", pin("one", "1", 5)),
        ("marker = '\"serve\" in dependency_groups'", pin("one", "1", 5)),
        ("marker = '\"gpu\" in dependency_groups'", pin("one", "1", 5, group="gpu")),
        ("marker = '\"dev\" in dependency_groups'", pin("one", "1", 5, group="dev")),
        ('marker = \'"dev" in dependency_groups or "web" in extras\'', pin("one", "1", 5, group="extra:web")),
        ("marker = '\"dev\" not in dependency_groups'", pin("one", "1", 5)),
        (
            'marker = \'("gpu" in dependency_groups or "default" in dependency_groups) and os_name == "nt"\'',
            pin("one", "1", 5, marker='os_name == "nt"'),
        ),
        (
            'marker = \'"a" in extras and "test" in dependency_groups and os_name == "nt"\'',
            pin("one", "1", 5, marker='os_name == "nt"', group="extra:a"),
        ),
        (
            "vcs = {type = 'git', url = 'https://example.org/o', commit-id = 'ab', subdirectory = 's'}",
            pin("one", "1", 5, origin="git+https://example.org/o@ab#subdirectory=s"),
        ),
        ("vcs = {type = 'git', path = 'o', commit-id = 'ab'}", own("one", 5, "path:./o")),
        ("directory = {path = 'o', editable = true}", own("one", 5, "path:./o")),
        ("archive = {url = 'https://example.org/o.zip'}", pin("one", "1", 5, origin="https://example.org/o.zip")),
        ("archive = {path = 'o.zip'}", pin("one", "1", 5, origin="path:./o.zip")),
    ],
)
def test_one_package(rest: str, row: Dependency) -> None:
    assert rows("pylock.toml", _lock(rest)) == [row]


def test_a_package_without_a_version_that_is_no_index_s() -> None:
    text = _HEAD + "[[packages]]\nname = 'one'\narchive = {url = 'https://example.org/o.zip'}\n"

    assert rows("pylock.toml", text) == [Dependency(name="one", origin="https://example.org/o.zip", line=4)]


def test_a_lock_may_say_what_packages_need() -> None:
    found = declared("pylock.toml", _lock("dependencies = [{name = 'Two'}, {name = 'one'}]"))

    assert (found.has_graph, found.dependencies) == (True, (pin("one", "1", 5, requires=("two",)),))


def test_the_name_of_the_file_tells_the_group() -> None:
    assert rows("pylock.dev.toml", _lock("")) == [pin("one", "1", 5, group="dev")]


@pytest.mark.parametrize(
    ("text", "subject", "reason"),
    [
        (_lock("marker = 'x y'"), "package:one", "pylock.toml:5 has a marker that cannot be read: 'x y'"),
        (
            _lock("vcs = {type = 'git', url = 'https://[x'}"),
            "package:one",
            "pylock.toml:5 has a vcs whose url is no address",
        ),
        (_lock("vcs = {type = 'git'}"), "package:one", "pylock.toml:5 has a path that is no text"),
        (
            "lock-version = '1.1'\npackages = []",
            "packages",
            "pylock.toml:1 has the lock version '1.1', which is newer than 1.0",
        ),
    ],
)
def test_what_cannot_be_understood(text: str, subject: str, reason: str) -> None:
    assert declared("pylock.toml", text).unknown == (Unknown(subject, reason),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"pylock.toml: has the lock version '', and 1.0 is known{_HINT}"),
        ("lock-version = '2.0'", f"pylock.toml:1: has the lock version '2.0', and 1.0 is known{_HINT}"),
        ("lock-version = '1.0'", f"pylock.toml: holds no packages, which a lock must list{_HINT}"),
        (_lock("archive = 3"), f"pylock.toml:5: packages[0].archive must be a table, not a number{_HINT}"),
        (
            _lock("dependencies = [3]"),
            f"pylock.toml:5: packages[0].dependencies must be a list of tables, not a list{_HINT}",
        ),
    ],
)
def test_what_no_tool_wrote_is_refused(text: str, message: str) -> None:
    assert refused("pylock.toml", text) == message


@pytest.mark.parametrize(
    ("marker", "group", "left"),
    [
        ("dependency_groups in ('dev', 'test')", "dev", ""),
        ("dependency_groups in ('gpu',) and (python_version >= '3.10')", "gpu", 'python_version >= "3.10"'),
        ("dependency_groups in ()", "main", ""),
    ],
)
def test_groups_as_pipenv_2025_0_wrote_them(marker: str, group: str, left: str) -> None:
    text = f'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\nmarker = "{marker}"\n'

    assert rows("pylock.toml", text) == [pin("a", "1", 4, group=group, marker=left)]
