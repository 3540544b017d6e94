"""Locks of extras and groups that exclude each other: which one brings which version, also through other packages."""

from lineage.dependencies.markers import marker_environment
from lineage.dependencies.pyproject import uv_lock
from lineage.dependencies.pyproject.uv_conflicts import is_about_choices, tag_of
from tests.support.declared import declared, parsed
from tests.support.documents import FULL

INDEX = 'source = { registry = "https://index.example/simple" }'


def package(name: str, version: str, *needs: str, more: str = "", source: str = INDEX) -> str:
    listed = "".join(f"    {one},\n" for one in needs)
    return f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n{source}\ndependencies = [\n{listed}]\n{more}'


def edge(name: str, version: str = "", marker: str = "", extra: str = "") -> str:
    rest = [f'version = "{version}"'] * bool(version) + [f'marker = "{marker}"'] * bool(marker)
    return "{ " + ", ".join([f'name = "{name}"', *rest, *[f'extra = ["{extra}"]'] * bool(extra)]) + " }"


def lock(*packages: str, head: str = "") -> str:
    return f'version = 1\nrequires-python = ">=3.11"\n{head}' + "".join(packages)


OWN = 'source = { virtual = "." }'
CHOICES = """
[package.optional-dependencies]
all = [{ name = "acme", extra = ["cpu"] }]
cpu = [{ name = "six", version = "1.16.0" }]
gpu = [{ name = "six", version = "1.17.0" }]

[package.dev-dependencies]
new = [{ name = "packaging", version = "25.0" }, { name = "wheel" }]
old = [{ name = "packaging", version = "24.0" }, { name = "wheel" }]
"""
NEVER = "(extra == 'group-4-acme-new' and extra == 'group-4-acme-old')"
NOR = "(extra == 'extra-4-acme-cpu' and extra == 'extra-4-acme-gpu')"
WHOLE = lock(
    package("acme", "0.1", edge("dateutil"), more=CHOICES, source=OWN),
    package("packaging", "24.0"),
    package("packaging", "25.0"),
    package(
        "dateutil",
        "2.9",
        edge("six", "1.16.0", f"extra == 'extra-4-acme-cpu' or {NEVER}"),
        edge("six", "1.17.0", f"extra != 'extra-4-acme-cpu' or extra == 'extra-4-acme-gpu' or {NEVER}"),
        edge("shim", "1", "sys_platform == 'linux' and extra == 'extra-4-acme-cpu'"),
        edge("both", "1", NOR),
        edge("odd", "1", "extra =! 'no marker'"),
    ),
    package("six", "1.16.0"),
    package("six", "1.17.0"),
    package("shim", "1"),
    package("both", "1"),
    package("odd", "1"),
    package(
        "wheel",
        "0.48.0",
        edge("packaging", "24.0", f"extra == 'group-4-acme-old' or {NOR}"),
        edge("packaging", "25.0", f"extra == 'group-4-acme-new' or {NOR}"),
    ),
)


def groups(text: str) -> dict[tuple[str, str | None], str]:
    return {(row.name, row.version): row.group for row in declared("uv.lock", text).dependencies if not row.is_own}


def test_each_version_is_for_the_choice_that_brings_it() -> None:
    assert groups(WHOLE) == {
        ("dateutil", "2.9"): "main",
        ("six", "1.17.0"): "main",
        ("six", "1.16.0"): "extra:all",
        ("shim", "1"): "extra:all",
        ("both", "1"): "main",  # asked for by nothing that can be, so as if nothing told
        ("odd", "1"): "main",
        ("wheel", "0.48.0"): "new",
        ("packaging", "25.0"): "new",
        ("packaging", "24.0"): "old",
    }


def test_the_projects_of_a_workspace_may_exclude_each_other() -> None:
    text = lock(
        package("left", "0", edge("base"), source='source = { virtual = "left" }'),
        package("right", "0", edge("base"), edge("left"), source='source = { virtual = "right" }'),
        package("base", "1", edge("a", "1", "extra == 'project-4-left'"), edge("a", "2", "extra == 'project-4-none'")),
        package("a", "1"),
        package("a", "2"),
        head='[manifest]\nmembers = ["left", "right"]\n',
    )

    assert groups(text) == {("base", "1"): "main", ("a", "1"): "main", ("a", "2"): "main"}


def test_a_lock_that_is_a_target_lists_what_a_choice_brings_with_its_group() -> None:
    content = WHOLE.encode()
    environment = marker_environment(FULL.environment)
    found = uv_lock.locked("uv.lock", parsed("toml", "uv.lock", content), content, lambda _: None, environment)

    assert [(row.version, row.group) for row in found.dependencies if row.name == "six"] == [
        ("1.16.0", "extra:all"),
        ("1.17.0", "main"),
    ]


def test_names_of_choices() -> None:
    assert (tag_of("extra", "acme", "cpu"), tag_of("project", "acme")) == ("extra-4-acme-cpu", "project-4-acme")
    assert is_about_choices([None, "", "sys_platform == 'linux'", "extra == 'a'"])
    assert not is_about_choices([None, "", "sys_platform == 'linux'"])
