"""The trailers of a commit message, and lines about models."""

import pytest

from lineage.hooking.message import line, newly_due, newly_undecided, trailer, with_trailers
from lineage.model.plan import Due, ModelPlan

ONE, TWO = "Lineage-Retrain: a (numpy 1 -> 2)", "Lineage-Retrain: b (scipy 1 -> 2)"
SCISSORS = "# ------------------------ >8 ------------------------\n# Do not modify\ndiff --git a b\n"


def plan(*reasons: Due, name: str = "models/fraud") -> ModelPlan:
    return ModelPlan(name=name, manifest="m.lineage.toml", action="retrain", reasons=reasons)


def due(subject: str, message: str, action: str = "retrain", *, is_new: bool = True, **sides: str | None) -> Due:
    return Due(subject=subject, action=action, message=message, is_new=is_new, **sides)  # type: ignore[arg-type]


NUMPY = due("package:numpy", "numpy 1.26.4 → 2.0.1 (major), named in the weights", recorded="1.26.4", observed="2.0.1")
OLD = due("package:scipy", "scipy 1 → 2 (major), imported", is_new=False)
UNREAD = due("file:a.txt", "a.txt: is in conflict", "undecided")


def test_only_what_is_new_counts() -> None:
    models = (plan(NUMPY), plan(OLD), plan(UNREAD), plan(NUMPY, UNREAD), plan())

    assert newly_due(models) == (models[0], models[3])
    assert newly_undecided(models) == (models[2],)


def test_a_line_names_the_strongest_of_the_new_reasons() -> None:
    assert line(plan(OLD, NUMPY, NUMPY), "retrain") == (
        "models/fraud is due for retraining: numpy 1.26.4 → 2.0.1 (major), named in the weights (and 1 more)"
    )
    assert line(plan(OLD, UNREAD), "undecided") == "models/fraud cannot be judged: a.txt: is in conflict"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (NUMPY, "numpy 1.26.4 -> 2.0.1"),
        (due("package:numpy", "numpy is gone", recorded="1.26.4"), "numpy 1.26.4 -> gone"),
        (due("package:numpy", "numpy is new, imported"), "numpy is new"),
        (due("python", "x", recorded="3.11.7", observed="3.12.1"), "python 3.11.7 -> 3.12.1"),
        (due("code:a.py", "a.py changed, the model's code"), "a.py changed"),
        (due("params:rate", "rate 1 → 2, of the stage"), "rate 1 -> 2"),
        (due("code:a\nb", "a\nb changed"), "a?b changed"),
    ],
)
def test_a_trailer_is_one_line(reason: Due, told: str) -> None:
    assert trailer(plan(reason)) == f"Lineage-Retrain: models/fraud ({told})"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Bump\n", f"Bump\n\n{ONE}\n{TWO}\n"),
        ("Bump", f"Bump\n\n{ONE}\n{TWO}\n"),
        ("Bump: it\n", f"Bump: it\n\n{ONE}\n{TWO}\n"),
        ("Bump\n\nBody: of several\nlines\n", f"Bump\n\nBody: of several\nlines\n\n{ONE}\n{TWO}\n"),
        ("Bump\n\nSigned-off-by: A\n", f"Bump\n\nSigned-off-by: A\n{ONE}\n{TWO}\n"),
        ("Bump\n\nlineage-retrain : old\nSigned-off-by: A\n", f"Bump\n\nSigned-off-by: A\n{ONE}\n{TWO}\n"),
        ("", f"\n\n{ONE}\n{TWO}\n"),
        ("\n# Please\n#\n", f"\n\n{ONE}\n{TWO}\n\n# Please\n#\n"),
        ("Bump\n\n# Please\n", f"Bump\n\n{ONE}\n{TWO}\n\n# Please\n"),
        (f"Bump\n\n{SCISSORS}", f"Bump\n\n{ONE}\n{TWO}\n\n{SCISSORS}"),
        (f"Bump\n# a\n{SCISSORS}", f"Bump\n\n{ONE}\n{TWO}\n\n# a\n{SCISSORS}"),
    ],
)  # fmt: skip
def test_trailers_are_put_where_git_finds_them(before: str, after: str) -> None:
    assert with_trailers(before, (ONE, TWO), "#") == after
    assert with_trailers(after, (ONE, TWO), "#") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"Bump\n\n{ONE}\n", "Bump\n"),
        (f"Bump\n\nBody\n\n{ONE}\nSigned-off-by: A\n", "Bump\n\nBody\n\nSigned-off-by: A\n"),
        (f"Bump\n\n{ONE}\n\n# Please\n", "Bump\n\n# Please\n"),
        (f"{ONE}\n", f"{ONE}\n"),
        (f"Bump\n\n{ONE} is told\nin a text\n\nof it\n", f"Bump\n\n{ONE} is told\nin a text\n\nof it\n"),
        ("Bump\n\nBody\n\n\n", "Bump\n\nBody\n\n\n"),
        ("Bump", "Bump"),
    ],
)
def test_trailers_that_are_not_true_any_more_go(before: str, after: str) -> None:
    assert with_trailers(before, (), "#") == after


def test_without_an_editor_nothing_is_a_comment() -> None:
    assert with_trailers("# 1\n\n# 2\n", (ONE,), None) == f"# 1\n\n# 2\n\n{ONE}\n"
    assert with_trailers(f"# 1\n\n{SCISSORS}", (ONE,), None) == f"# 1\n\n{SCISSORS}\n{ONE}\n"


def test_another_character_begins_comments() -> None:
    assert with_trailers("Bump\n; Please\n", (ONE,), ";") == f"Bump\n\n{ONE}\n\n; Please\n"
    assert with_trailers("Bump\n# 2\n", (ONE,), ";") == f"Bump\n# 2\n\n{ONE}\n"
