"""What hooks write: the trailers of a commit message, and lines about models; decided from what was judged."""

import re
from collections.abc import Iterable, Sequence

from lineage.model.plan import Due, ModelPlan

KEY = "Lineage-Retrain"
_OURS = re.compile(rf"{KEY}[ \t]*:", re.IGNORECASE)
_TRAILER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*[ \t]*:|[ \t]|\(cherry picked from commit ")
_CUT = re.compile(r"[^\n]{1,20} -{24} >8 -{24}\n", re.MULTILINE)
_MOST = 200
"""characters of a trailer's reason: a version of a direct URL may be long"""


def newly_due(models: Iterable[ModelPlan]) -> tuple[ModelPlan, ...]:
    """The models that what is judged makes newly due for retraining, in their order."""
    return tuple(one for one in models if any(_is_new(due, "retrain") for due in one.reasons))


def newly_undecided(models: Iterable[ModelPlan]) -> tuple[ModelPlan, ...]:
    """The models that are not newly due, as far as can be told, and newly cannot be judged."""
    due = newly_due(models)
    return tuple(
        one for one in models if one not in due and any(_is_new(reason, "undecided") for reason in one.reasons)
    )


def _is_new(due: Due, action: str) -> bool:
    return due.is_new and due.action == action


def line(model: ModelPlan, action: str) -> str:
    """``models/fraud is due for retraining: numpy 1.26.4 → 2.0.1 (major), named in the weights (and 2 more)``."""
    reasons = [one for one in model.reasons if _is_new(one, action)]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    told = "is due for retraining" if action == "retrain" else "cannot be judged"
    return f"{model.name} {told}: {_one_line(reasons[0].message)}{more}"


def trailer(model: ModelPlan) -> str:
    """``Lineage-Retrain: models/fraud (numpy 1.26.4 -> 2.0.1)``, by the strongest of the new reasons."""
    due = next(one for one in model.reasons if _is_new(one, "retrain"))
    kind, _, name = due.subject.partition(":")
    if kind == "package" and due.recorded is not None:
        told = f"{name} {due.recorded} -> {due.observed or 'gone'}"
    elif due.subject == "python":
        told = f"python {due.recorded} -> {due.observed}"
    else:
        told = due.message.replace("→", "->").partition(", ")[0]
    return f"{KEY}: {_one_line(model.name)} ({_one_line(told)[:_MOST]})"


def _one_line(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text)


def with_trailers(message: str, trailers: Sequence[str], comment: str | None) -> str:
    """A commit message with exactly these trailers of ours, whatever ones it had; nothing else of it is changed.

    ``comment`` begins the lines that git will strip, ``None`` where it keeps all of them. What stands from the
    scissors on, and the comments at the end, stay behind the trailers.
    """
    body, tail = _split(message, comment)
    paragraphs = _without_ours(body, comment)
    if paragraphs == body and not trailers:
        return message
    written = "".join(f"{one}\n" for one in trailers)
    if not written:
        return paragraphs + tail
    stripped = paragraphs.rstrip("\n")
    if not stripped.strip():  # nothing is written yet: the subject comes first, and is still to be typed
        return f"\n\n{written}{_gap(tail)}"
    gap = "\n" if _is_block(stripped.rpartition("\n\n")) else "\n\n"
    return f"{stripped}{gap}{written}{_gap(tail)}"


def _gap(tail: str) -> str:
    return f"\n{tail}" if tail and not tail.startswith("\n") else tail


def _split(message: str, comment: str | None) -> tuple[str, str]:
    """(what the user wrote, the comments at the end and all that stands below the scissors)."""
    if comment is None:
        return message if message.endswith("\n") or not message else message + "\n", ""
    cut = next((one for one in _CUT.finditer(message) if one[0].startswith(comment)), None)
    end = len(message) if cut is None else cut.start()
    lines = message[:end].splitlines(keepends=True)
    while lines and (lines[-1].startswith(comment) or not lines[-1].strip()):
        end -= len(lines.pop())
    body = message[:end]
    return body if body.endswith("\n") or not body else body + "\n", message[end:]


def _without_ours(body: str, comment: str | None) -> str:
    """Our trailers are those in the last paragraph, which may hold comments too."""
    head, gap, last = body.rstrip("\n").rpartition("\n\n")
    lines = last.split("\n")
    if not gap or not any(map(_OURS.match, lines)):
        return body
    left = [one for one in lines if not _OURS.match(one)]
    if not any(one.strip() and not (comment and one.startswith(comment)) for one in left):
        return head + "\n"
    return head + gap + "\n".join(left) + "\n"


def _is_block(parted: tuple[str, str, str]) -> bool:
    """Whether the last paragraph, which is not the first, is one of trailers."""
    _, gap, last = parted
    return bool(gap) and all(map(_TRAILER.match, last.split("\n"))) and not last.startswith((" ", "\t"))
