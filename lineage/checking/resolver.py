"""Exact versions for models of ranges: pip-tools asks the user's package index, at both sides in the same way.

The only verb of ``lineage check`` that reaches an index. What the child gets is a list of requirements of our own
making (see ``core.declarations.compiled``), in an empty directory, with the user's own pip configuration; it takes
wheels only, so nothing is built.
"""

import os
import sys
from collections.abc import Callable, Sequence

from lineage.checking import resolver_files as compiled
from lineage.dependencies.pip.requirements import included
from lineage.errors import InputError, ObservationError
from lineage.model.declarations import UNRESOLVED, Declarations, Locks
from lineage.model.plan import Due
from lineage.portable.environment import Environment, Platform
from lineage.system.files import read_document
from lineage.system.process import run
from lineage.system.scratch import make_scratch, remove_scratch

TIMEOUT_S = 300.0
_COMPILE = (
    *("-P", "-m", "piptools", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate", "--strip-extras"),
    *("--allow-unsafe", "--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"),
    *("--pip-args", "--only-binary=:all:", "--output-file", "compiled.txt", "requirements.in"),
)
"""With what pip-tools calls unsafe: a lock that does not name setuptools would say that it is absent."""


class Resolver:
    """pip-tools, for the Python that runs us; what was asked once is kept. ``tell`` gets a line before each start."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._answers: dict[str, bytes | ObservationError] = {}

    def locks(self, recorded: Environment, head: Sequence[Declarations], then: Sequence[Declarations] | None) -> Locks:
        """Locks beside both sides of a model, where HEAD has only ranges; of none, where one cannot be compiled.

        ``then`` is ``None`` where nobody knows what the files said at the capture.
        """
        sides = [head] if then is None else [head, then]
        if not compiled.needs_compiling(head) or any(one.is_lock for side in sides for one in side):
            return Locks()
        notes = self._obstacles(recorded, [one for side in sides for one in side])
        if notes:
            return Locks(notes=notes)
        questions = [compiled.question_of(side) for side in sides]
        left_out = sorted({one for each in questions for one in each.left_out})
        try:
            found = [
                self._lock(question, side, is_whole=not left_out)
                for question, side in zip(questions, sides, strict=True)
            ]
        except ObservationError as error:
            return Locks(due=(_undecided(head, error),))
        noted = (f"--resolve leaves out what is in no index, and needs: {', '.join(left_out)}",) if left_out else ()
        return Locks(head=found[0], then=found[1] if len(found) > 1 else (), notes=noted)

    def _obstacles(self, recorded: Environment, declared: Sequence[Declarations]) -> tuple[str, ...]:
        ours = _our_environment()
        if not compiled.is_answered_for(recorded, ours):
            told = f"--resolve compiles for {compiled.named(ours)}"
            return (f"{told}, and the model was made with {compiled.named(recorded)}: its ranges stand",)
        others = compiled.not_compiled(declared)
        return (f"--resolve does not compile {', '.join(others)}, so the ranges beside it stand",) if others else ()

    def _lock(
        self, question: compiled.Question, side: Sequence[Declarations], *, is_whole: bool
    ) -> tuple[Declarations, ...]:
        if not side:
            return ()
        paths = ", ".join(sorted({one.path for one in side}))
        if question.text not in self._answers:
            self._tell(f"compiling {paths} with pip-tools")
            try:
                self._answers[question.text] = _compile(question.text)
            except ObservationError as error:
                self._answers[question.text] = error
        answer = self._answers[question.text]
        if isinstance(answer, ObservationError):
            raise answer
        read = included("compiled.txt", answer, lambda _: None)
        return (compiled.lock_of(read, side, is_whole),)


def _undecided(head: Sequence[Declarations], error: ObservationError) -> Due:
    path = next(one.path for one in head if compiled.needs_compiling([one]))
    return Due(subject=f"{UNRESOLVED}{path}", action="undecided", message=f"{path}: {error.message}", where=path)


def _our_environment() -> Environment:
    """What pip compiles for: its own Python, in the words of manifests."""
    import platform

    system = {"win32": "windows"}.get(sys.platform, sys.platform)
    return Environment(
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        platform=Platform(os=system, machine=platform.machine() or None),
    )


def _compile(text: str) -> bytes:
    """A requirements file → one of exact versions. Raises ``ObservationError`` with pip's last words."""
    directory = make_scratch()
    try:
        (directory / "requirements.in").write_text(text, encoding="utf-8")
        answer = run(
            [sys.executable, *_COMPILE],
            env={**os.environ, "PYTHONSAFEPATH": "1"},
            cwd=directory,
            timeout_s=TIMEOUT_S,
        )
        if answer.status:
            words = compiled.last_words(answer.stderr.decode("utf-8", "replace"), text)
            raise ObservationError(f"cannot be compiled: {words or 'pip-tools said nothing'}")
        return read_document(directory / "compiled.txt", "answer of pip-tools")
    except InputError as error:
        raise ObservationError(f"cannot be compiled: {error.message}") from error
    except OSError as error:
        raise ObservationError(f"cannot be compiled: no answer of pip-tools: {error.strerror}") from error
    finally:
        remove_scratch(directory)
