"""What weights and environment keep from the record: told as problems of the capture."""

from collections.abc import Sequence

from lineage.portable.environment import Problem
from lineage.targets.source import Examination
from lineage.weights.measure import Survey

_SHOWN_IGNORED = 50


def ignored_problems(surveys: Sequence[Survey]) -> list[Problem]:
    """What lies among the weights and is no part of the record, as DVC is told to ignore it."""
    found = [f"{one.weights.path}/{path}" for one in surveys for path in one.left_out.paths]
    unnamed = sum(one.left_out.more for one in surveys)
    detail = "lies among the weights, but .dvcignore leaves it out: it is not recorded"
    problems = [Problem("weights.ignored", one, detail) for one in found[:_SHOWN_IGNORED]]
    if len(found) + unnamed > _SHOWN_IGNORED:
        problems.append(Problem("weights.ignored", "…", f"{len(found) + unnamed - _SHOWN_IGNORED} more paths"))
    return problems


def observed_problems(examination: Examination) -> list[Problem]:
    """What the target could not tell is a problem of the record."""
    observation = examination.observation
    environment = observation.environment
    unknown = [Problem("environment.unknown", one.subject, one.reason) for one in observation.unknown]
    asked = {
        "python": environment.python,
        "python:implementation": environment.implementation,
        "platform:machine": environment.platform.machine,
        "platform:libc": environment.platform.libc if environment.platform.os == "linux" else "",
    }
    detail = "the target does not tell"
    unknown += [Problem("environment.unknown", key, detail) for key, value in asked.items() if value is None]
    return [*observation.problems, *unknown]
