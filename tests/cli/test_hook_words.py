"""The words of ``lineage hook run``: what is read without click is what click reads of them."""

from pathlib import Path

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lineage.cli.hook import run_command
from lineage.cli.hookrun import HookCall, asked_of
from lineage.hooking.answer import HOOKS

WORDS = st.one_of(
    st.sampled_from(
        [
            "--block",
            "--trust-config",
            "--since",
            "--trailers",
            "--since=HEAD",
            "--help",
            "-h",
            "--",
            "-",
            "",
            "--blo",
            *HOOKS,
        ]
    ),
    st.text(max_size=3),
)


def by_click(words: list[str]) -> HookCall:
    """Raises ``click.ClickException``, or ``Exit`` where it shows help."""
    context = run_command.make_context("run", list(words))
    found = context.params
    return HookCall(trusts_config=found.pop("trust_config"), **{**found, "words": tuple(found["words"])})


@given(st.lists(WORDS, max_size=6))
@example(["--since", "--block", "pre-commit"])
@example(["--since", "a", "--since", "b", "pre-push", "--block", "--", "x"])
@example(["--trailers", "", "prepare-commit-msg", "-m"])
def test_what_is_understood_is_what_click_understands(words: list[str]) -> None:
    found = asked_of(words)

    assert found is None or found == by_click(words)


def test_what_hooks_give_is_understood() -> None:
    message = ["--trailers", "a/b", "prepare-commit-msg", "MSG", "commit", "HEAD"]

    assert asked_of(["--block", "--since", "abc", "pre-commit"]) == HookCall(hook="pre-commit", block=True, since="abc")
    assert asked_of(["--trust-config", "pre-push", "origin"]) == HookCall(
        hook="pre-push", words=("origin",), trusts_config=True
    )
    assert asked_of(message) == HookCall(
        hook="prepare-commit-msg", words=("MSG", "commit", "HEAD"), trailers=Path("a/b")
    )


@pytest.mark.parametrize(
    "words", [[], ["--help"], ["pre-comit"], ["--since"], ["--since", "abc"], ["--new", "pre-push"]]
)
def test_anything_else_is_left_to_click(words: list[str]) -> None:
    assert asked_of(words) is None
    with pytest.raises((click.ClickException, click.exceptions.Exit)):
        by_click(words)
