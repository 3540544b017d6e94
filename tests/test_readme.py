"""Every command, example and example file in README.md and docs/ does what it says."""

import inspect
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from lineage.manifest.files import parse_manifest
from lineage.portable.policy import Policy, RetrainPolicy, VerifyPolicy, parse_policy
from tests.support.walkthrough import Reader, blocks, commands, matches, recorded_project, trained_project

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
GUIDES = sorted({*(ROOT / "docs").glob("*.md")} - {ARCHITECTURE})
DOCUMENTS = [README, *GUIDES]
PAGES = [*DOCUMENTS, ARCHITECTURE, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
"""These too, for people who work on the project: what they say to type is typed by hand."""

NOT_RUN = {
    "make demo": "needs a package index and most of a minute: it fails by itself when its story does not hold",
    "make test": "runs this test",
    "pipx install model-lineage": "installs a release",
    "uv tool install model-lineage": "installs a release",
}
"""Line of a ``sh`` block → why no test runs it."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return trained_project(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def recorded(trained: Reader, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return recorded_project(trained, tmp_path_factory.mktemp("recorded") / "place")


def follow(document: Path, reader: Reader) -> int:
    """Type every command and run every example of a document, in order; the number of both."""
    done = 0
    for language, content in blocks(document):
        if language == "console":
            for typed in commands(content):
                code, output = reader.type(typed.command)
                assert (typed.command, code) == (typed.command, typed.exits), output
                assert matches(typed.output, output), f"$ {typed.command}\n{output}"
                done += 1
        elif language == "python":
            script = reader.project.parent / "example.py"
            script.write_text(content, encoding="utf-8")
            code, output = reader.type("python ../example.py")
            assert (content, code) == (content, 0), output
            done += 1
    return done


def test_every_command_of_the_readme_does_what_it_shows(trained: Reader, tmp_path: Path) -> None:
    assert follow(README, trained.moved(tmp_path / "place")) >= 10


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_command_of_a_guide_does_what_it_shows(guide: Path, recorded: Reader, tmp_path: Path) -> None:
    assert follow(guide, recorded.moved(tmp_path / "place")) >= 1


def test_the_guides_are_all_there() -> None:
    assert [guide.name for guide in GUIDES] == [
        "checking.md",
        "ci.md",
        "hooks.md",
        "manifest.md",
        "policy.md",
        "publishing.md",
        "reports.md",
        "retraining.md",
        "running.md",
        "targets.md",
    ]


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    languages = {language for document in DOCUMENTS for language, _ in blocks(document)}
    assert languages == {"console", "python", "sh", "toml"}


def test_what_is_not_run_is_listed_with_a_reason() -> None:
    lines = [line for language, content in blocks(README) if language == "sh" for line in content.splitlines()]
    assert sorted(lines) == sorted(NOT_RUN)
    assert all("sh" not in dict(blocks(guide)) for guide in GUIDES)


@pytest.mark.parametrize("target", ["demo", "test", "test-all", "test-pythons", "bench", "lint", "clean"])
def test_make_knows_what_to_do(target: str) -> None:
    env = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr, "Nothing to be done" in done.stdout) == (0, "", False)


def test_the_help_in_the_readme_is_the_help(trained: Reader) -> None:
    typed = [one for language, content in blocks(README) if language == "console" for one in commands(content)]
    shown = [one.output for one in typed if one.command == "lineage --help"]
    assert [trained.type("lineage --help")] == [(0, output + "\n") for output in shown]


def test_every_example_file_can_be_read() -> None:
    kinds = []
    for document in DOCUMENTS:
        for language, content in blocks(document):
            if language != "toml":
                continue
            table = tomllib.loads(content)
            if "schema" in table:
                kinds.append(f"{document.name}: {parse_manifest(content.encode(), document.name).manifest.name}")
            else:
                parse_policy(table["tool"]["lineage"], document.name)
                kinds.append(f"{document.name}: policy")
    assert kinds == ["README.md: policy", "manifest.md: models/digits", "policy.md: policy", "policy.md: policy"]


def test_the_policy_guide_lists_every_key_with_its_default() -> None:
    first = next(content for language, content in blocks(ROOT / "docs" / "policy.md") if language == "toml")
    table = tomllib.loads(first)["tool"]["lineage"]
    assert parse_policy(table, "policy.md") == Policy()
    for section, kind in (("verify", VerifyPolicy), ("retrain", RetrainPolicy)):
        keys = {name.replace("_", "-") for name in kind._fields} - {"uses"} | {use for use, _ in kind().uses}
        off = {name.replace("_", "-") for name, default in kind._field_defaults.items() if default is None}
        assert set(table[section]) == keys - off
        assert off == {name for name in off if f"\n# {name} = " in first}


def test_links_between_documents_lead_somewhere() -> None:
    link = re.compile(r"\]\(([^)#:]+)[)#]")
    links = {
        (one, target): one.parent / target for one in PAGES for target in link.findall(one.read_text(encoding="utf-8"))
    }
    assert {(README, page.relative_to(ROOT).as_posix()) for page in PAGES[1:]} <= set(links)
    assert [str(target) for target in links.values() if not target.exists()] == []


@pytest.mark.parametrize(
    ("told", "seen", "same"),
    [
        ("", "anything\n", True),
        ("id …, done", "id 12, done\n", True),
        ("id …, done", "id 12, not\n", False),
        ("a\n…\nd", "a\nb\nc\nd\n", True),
        ("a\nd", "a\nb\nd\n", False),
        ("a", "a\nb\n", False),
        ("a.c", "abc\n", False),
    ],
)
def test_an_output_that_differs_is_noticed(told: str, seen: str, same: bool) -> None:
    assert matches(told, seen) is same


def test_a_block_is_read_as_commands_with_their_ends() -> None:
    content = inspect.cleandoc("""
        $ cat > a <<'END'
        > text
        > END
        $ false  # exits 1
        out
    """)
    assert [(one.command, one.exits, one.output) for one in commands(content)] == [
        ("cat > a <<'END'\ntext\nEND", 0, ""),
        ("false  # exits 1", 1, "out"),
    ]
