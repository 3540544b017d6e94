"""The user's configuration: which repository, which policy. Only entry points read it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lineage.errors import InputError, LackingError
from lineage.portable.policy import Policy, parse_policy
from lineage.system.files import read_document
from lineage.system.streams import say
from lineage.system.tomlfile import parse_toml

if TYPE_CHECKING:
    from lineage.checking.revisions.revision import Revision

PROJECT_FILE = "pyproject.toml"
OWN_FILE = "lineage.toml"


def find_root(start: Path) -> Path | None:
    """The nearest directory upwards that holds ``.git``; ``None`` when there is none."""
    absolute = start.absolute()
    for directory in (absolute, *absolute.parents):
        if (directory / ".git").exists():
            return directory
    return None


def project_root(start: Path, variables: Mapping[str, str]) -> Path | None:
    """The root of the project around ``start``: its repository's, else where the variables of a CI provider put it.

    ``None`` when neither tells. Raises ``InputError`` when two providers put it at different places around ``start``.
    """
    root = find_root(start)
    if root is not None:
        return root
    # Only here: a gate in a repository does not pay for it.
    from lineage.code.ci_build import read_builds

    told = {Path(one.directory).resolve(): one for one in read_builds(variables) if one.directory is not None}
    around = {place: one for place, one in told.items() if start.resolve().is_relative_to(place)}
    if len(around) > 1:
        listed = ", ".join(f"{one.provider} {place}" for place, one in around.items())
        marks = " or ".join(one.mark for one in around.values())
        hint = f"unset the variable of the one that does not run this job: {marks}"
        raise InputError(f"two CI providers name the directory, and differ: {listed}", hint=hint)
    return next(iter(around), None)


def load_policy(root: Path | None, explicit: Path | None = None) -> tuple[Policy, str]:
    """(policy, the file it stands in, or ``defaults``).

    ``explicit`` (``--policy``) is taken as it is; else ``[tool.lineage]`` of pyproject.toml or lineage.toml at the
    repository root. Raises ``InputError`` when both stand there, or when one cannot be read.
    """
    if explicit is not None:
        return _read(explicit), str(explicit)
    if root is None:
        return Policy(), "defaults"
    found = [path for path in (root / PROJECT_FILE, root / OWN_FILE) if _stands(path) and has_policy(path)]
    if len(found) > 1:
        hint = f"keep one: move [tool.lineage] of {PROJECT_FILE} into {OWN_FILE}, or remove {OWN_FILE}"
        raise InputError(f"two policies: {PROJECT_FILE} and {OWN_FILE}", where=str(root), hint=hint)
    return (_read(found[0]), found[0].name) if found else (Policy(), "defaults")


def _stands(path: Path) -> bool:
    """Whether there is such a file; a link that leads nowhere is one that cannot be read."""
    return path.exists() or path.is_symlink()


def has_policy(path: Path) -> bool:
    """Whether a file states a policy: lineage.toml always does, pyproject.toml with ``[tool.lineage]``."""
    return path.name != PROJECT_FILE or _section(path) is not None


def policy_at(revision: "Revision", short: str) -> tuple[Policy, str]:
    """(policy, the file it stands in, or ``defaults``) of a revision, which messages name by its ``short`` name.

    Raises ``InputError`` as ``load_policy`` does, with the revision's name before the file's.
    """
    found = []
    for name in (PROJECT_FILE, OWN_FILE):
        content = revision.read(name)
        content = _behind(revision, name, f"{short}:{name}") if content is None else content
        if content is not None and (name != PROJECT_FILE or _lineage(content, f"{short}:{name}") is not None):
            found.append((name, content))
    if len(found) > 1:
        hint = f"keep one: move [tool.lineage] of {PROJECT_FILE} into {OWN_FILE}, or remove {OWN_FILE}"
        raise InputError(f"two policies: {PROJECT_FILE} and {OWN_FILE}", where=short, hint=hint)
    if not found:
        return Policy(), "defaults"
    name, content = found[0]
    return _parsed(content, f"{short}:{name}", name), name


def _behind(revision: "Revision", name: str, where: str) -> bytes | None:
    """A policy behind a link; ``None`` where there is none. One that is there and cannot be read is not taken for none:
    raises ``InputError``."""
    target = revision.behind_link(name)
    content = None if target is None else revision.read(target)
    if content is None and (target is not None or any(one.startswith(f"{name}/") for one in revision.files)):
        what = "a directory" if target is None else f"a link, and {target} is no file"
        raise InputError(f"is {what}", where, "put the policy there, or name its file with --policy")
    return content


def _section(path: Path) -> object:
    return _lineage(read_document(path, "policy"), str(path))


def _lineage(content: bytes, where: str) -> object:
    tool = parse_toml(content, where).get("tool")
    return tool.get("lineage") if isinstance(tool, dict) else None


def _read(path: Path) -> Policy:
    return _parsed(read_document(path, "policy"), str(path), path.name)


def _parsed(content: bytes, where: str, name: str) -> Policy:
    document = parse_toml(content, where)
    tool = document.get("tool")
    section = tool.get("lineage") if isinstance(tool, dict) else None
    if name != PROJECT_FILE and set(document) - {"tool"}:
        extra = ", ".join(sorted(set(document) - {"tool"}))
        raise InputError(f"{extra}: not a known key", where, "write [tool.lineage.verify], as in pyproject.toml")
    if not isinstance(section, dict):
        raise InputError("tool.lineage: is missing or not a table", where=where, hint="see docs/policy.md")
    return parse_policy(section, where)


def policies_of(
    base: "Revision | None", head: "Revision", named: Path | None, quiet: bool
) -> tuple[tuple[Policy, str], ...]:
    """HEAD's policy, and the base's where it is another one; what nobody can read at the base judges nothing."""
    if named is not None:
        return (load_policy(None, named),)
    found = [policy_at(head, head.name[:12])]
    if base is not None:
        try:
            other = policy_at(base, base.name[:12])
        except LackingError:
            raise  # it may have been stricter
        except InputError as error:
            say(f"the policy of the base cannot be read, so HEAD's judges alone: {error.where}: {error.message}", quiet)
            return tuple(found)
        if other[0] != found[0][0]:
            found.append((other[0], f"{other[1]} of {base.name[:12]}"))
    return tuple(found)
