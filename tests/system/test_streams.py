"""Narration shows names of anyone's making, and a terminal acts on none of them."""

import pytest

from lineage.system.streams import say


def test_what_a_terminal_could_act_on_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    say("model: fr\x1b[31maud\u202e.pkl\n  look there", False)
    say("nothing", True)

    assert capsys.readouterr().err == "model: fr\\x1b[31maud\\u202e.pkl\n  look there\n"
