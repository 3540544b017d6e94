"""What came of a retraining, in each form."""

import json
from decimal import Decimal

from lineage.model.retraining import MetricMove, Outcome, Retraining
from lineage.report.retraining import render_retraining
from lineage.report.text import Style

DIGEST = f"sha256:{'1' * 64}"
MOVES = (
    MetricMove(name="auc", recorded="0.91", observed="0.9", change=Decimal("-0.010"), tolerance="1%", state="beyond"),
    MetricMove(name="loss", recorded=None, observed="0.2"),
)
MADE = Outcome(
    name="models/a", manifest="a.lineage.toml", state="beyond", reasons=("numpy 1 → 2",), command=("python", "a b.py"),
    directory="src", id=DIGEST, parent=None, metrics=MOVES,
)  # fmt: skip
FAILED = Outcome(name="<b>\x1b[1m", manifest="b.lineage.toml", state="failed", detail="the command ended with 3")
ANSWER = Retraining(verdict="fail", outcomes=(MADE, FAILED), unjudged=("f1",))


def test_text() -> None:
    assert render_retraining(ANSWER, "text", Style()) == (
        "beyond     models/a\n"
        "           numpy 1 → 2\n"
        "           a.lineage.toml  sha256:111111111111, parent none\n"
        "           auc   0.91 → 0.9     -0.01  beyond: tolerance 1%\n"
        "           loss  unknown → 0.2\n"
        "failed     <b>\\x1b[1m\n"
        "           the command ended with 3\n"
        "unknown    no model has the metric f1\n"
        "\n"
        "fail: 1 with metrics beyond the tolerance, 1 failed\n"
    )


def test_colour_only_where_it_is_wanted() -> None:
    shown = render_retraining(ANSWER, "text", Style(colour=True)).splitlines()
    assert (shown[0], shown[-1]) == (
        "\x1b[31mbeyond     models/a\x1b[0m",
        "\x1b[31mfail: 1 with metrics beyond the tolerance, 1 failed\x1b[0m",
    )


def test_markdown_escapes_what_others_wrote() -> None:
    assert render_retraining(ANSWER, "markdown", Style()) == (
        "### lineage retrain: fail: 1 with metrics beyond the tolerance, 1 failed\n"
        "\n"
        "- models/a: beyond\n"
        "  - numpy 1 → 2\n"
        "  - run: python 'a b.py'\n"
        "- &#60;b&#62;&#92;x1b&#91;1m: failed\n"
        "  - the command ended with 3\n"
        "\n"
        "| model | metric | change | by | judged |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| models/a | auc | 0.91 → 0.9 | -0.01 | beyond: tolerance 1% |\n"
        "| models/a | loss | unknown → 0.2 |  |  |\n"
    )


def test_json() -> None:
    document = json.loads(render_retraining(ANSWER, "json", Style()))
    assert document["unknown"] == [{"subject": "metrics:f1", "reason": "no model has this metric"}]
    made, failed = document["models"]
    assert (made["command"], made["directory"], made["metrics"][0]["change"]) == (["python", "a b.py"], "src", "-0.01")
    assert (failed["id"], failed["directory"], failed["metrics"]) == (None, ".", [])


def test_a_dry_run_is_its_lines() -> None:
    planned = Retraining(verdict="pass", outcomes=(FAILED,), script=("# a: why", "cd / && python a.py"))
    assert render_retraining(planned, "text", Style()) == "# a: why\ncd / && python a.py\n"


def test_nothing_to_do() -> None:
    assert render_retraining(Retraining(verdict="pass"), "text", Style()) == "pass: no model is due\n"
