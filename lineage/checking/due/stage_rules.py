"""Whether the DVC stage that makes a model runs other code than at the capture: its command, and what it depends on.

The files of ``[code.files]`` are judged by themselves. What else the stage declares as a dependency and is code counts
as DVC counts it: a change of it makes the stage run again, whether or not the capture saw it used.
"""

import posixpath
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from lineage.checking.due.code import Blob, due_file, due_move, place
from lineage.code.same_code import CODE_SUFFIXES
from lineage.dependencies.forms import is_dependency_file
from lineage.model.inputs import Stage, is_within
from lineage.model.plan import Due
from lineage.redaction.secrets import without_secrets

_SHOWN = 60
"""letters of a command in a message"""


def maker(stages: Sequence[Stage], paths: Sequence[str]) -> Stage | None:
    """The stage with the output that is the weights, else the nearest around them."""
    for path in paths:
        found = [
            (len(out), index)
            for index, stage in enumerate(stages)
            for out in map(posixpath.normpath, stage.outs)
            if is_within(path, [out])
        ]
        if found:
            return stages[max(found)[1]]
    return None


def subject_of(stage: Stage) -> str:
    """``code:dvc.yaml:train``, in the words of DVC."""
    return f"code:{stage.file}:{stage.name}"


def due_command(then: Stage, now: Stage) -> list[Due]:
    """One, where the stage runs another command, or in another directory; spaces between words do not count."""
    if (then.directory, *map(_words, then.commands)) == (now.directory, *map(_words, now.commands)):
        return []
    recorded, observed = _text(then), _text(now)
    message = f"stage {now.name}: {_short(recorded)} → {_short(observed)}, the command that makes the model"
    due = Due(subject=subject_of(now), action="retrain", message=message, where=now.file)
    return [replace(due, recorded=recorded, observed=observed)]


def due_unknown(now: Stage, observed: str) -> Due:
    """The stage of a capture that is not in this clone; ``observed`` tells one state of HEAD's from another."""
    message = f"stage {now.name}: what it was when the model was made is not in this clone"
    return Due(subject=subject_of(now), action="undecided", message=message, observed=observed, where=now.file)


def _words(command: str) -> tuple[tuple[str, ...], ...]:
    """The words of each line."""
    lines = command.replace("\\\n", " ").splitlines()
    return tuple(words for line in lines if (words := _split(line)))


def _split(line: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(line))
    except ValueError:  # a quote that ends on another line
        return (line,)


def _text(stage: Stage) -> str:
    """A stage's commands in one line, fit to be printed."""
    lines = [line.strip() for one in stage.commands for line in one.replace("\t", " ").splitlines()]
    whole = " && ".join([f"cd {stage.directory}", *lines] if stage.directory else lines)
    return without_secrets("".join(one if one.isprintable() else "?" for one in whole))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def code_of(stage: Stage, files: Mapping[str, str], besides: Collection[str]) -> dict[str, str]:
    """Path → blob id of the code among the dependencies of a stage; ``besides`` is judged otherwise."""
    return {
        path: blob
        for path, blob in files.items()
        if path.endswith(CODE_SUFFIXES)
        and is_within(path, stage.deps)
        and not is_within(path, besides)
        and not is_dependency_file(path)
    }


def due_dependencies(
    stage: str,
    sides: tuple[Mapping[str, str], Mapping[str, str]],
    files: Mapping[str, str],
    read: tuple[Blob, Blob],
    judged: str,
) -> list[Due]:
    """The code that a stage depends on and that is another one.

    ``sides`` are path → blob id of it at the capture and at HEAD, ``files`` all of HEAD, ``read`` gives the bytes of a
    blob of the capture, and of a path at HEAD; ``judged`` is the policy's ``code``.
    """
    then, now = sides
    whose = f"code that stage {stage} depends on"
    found: list[Due | None] = []
    gone = {path: place(blob, files, then) for path, blob in then.items() if path not in files}
    for path, recorded in then.items():
        if files.get(path) == recorded:
            continue
        moved = gone.get(path)
        if moved is not None:
            found.append(due_move(path, recorded, moved, whose))
        else:
            found.append(due_file(path, recorded, files.get(path), read, judged, whose))
    return [one for one in found if one is not None] + [
        Due(
            subject=f"code:{path}",
            action="verify",
            message=f"{path} is new, {whose}",
            observed=blob[:12],
            step="added",
            where=path,
        )
        for path, blob in now.items()
        if path not in then and path not in gone.values()
    ]
