"""Modules that an import finds, and that no installed distribution has: nothing tells which code they are.

Left over where metadata was taken away (slim images, a damaged installation), or copied there by hand.
"""

from collections.abc import Iterable

from lineage.portable.environment import Problem
from lineage.portable.search import Search
from lineage.portable.tree import Unreadable
from lineage.targets.source import Examination

NOT_FOUND = "use.module-not-found"
BARE = "use.module-without-metadata"


def told_bare(problems: Iterable[Problem], target: Examination, root: str) -> tuple[Problem, ...]:
    """The problems, with that of a module told anew where its file is on ``sys.path``.

    ``root`` is the repository's: what lies there, but for an environment in it, is code, and told as that.
    """
    found = tuple(problems)
    if all(one.code != NOT_FOUND for one in found):
        return found
    search = Search(target.tree, target.paths, target.observation.environment.abi)
    own = (f"{root}/", f"{target.prefix}/")
    return tuple(_told(one, search, own) if one.code == NOT_FOUND else one for one in found)


def _told(problem: Problem, search: Search, own: tuple[str, str]) -> Problem:
    imported = problem.detail.rpartition(", provided by")[0]
    try:
        taken = search.first(problem.subject.partition(":")[2])
    except Unreadable as error:
        return problem._replace(code=BARE, detail=f"{imported}; which file that takes cannot be told: {error}")
    if taken is None or not taken.file:
        return problem
    if taken.path.startswith(own[0]) and not taken.path.startswith(own[1]):
        return problem
    return problem._replace(
        code=BARE, detail=f"{imported}; {taken.file} is there, and no installed distribution has it"
    )
