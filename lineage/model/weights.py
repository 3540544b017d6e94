"""Weights: the files a model is loaded from, by content, and what they say of themselves, read without running them."""

import re
from dataclasses import dataclass

from lineage.portable.environment import Problem

_CONTROL = (
    (r"[^/]*\.lineage(?:\.|-log\.|-probe\b)[^/]*", "a file of a manifest"),
    (r"(?:lineage|pyproject)\.toml", "a file of the policy"),
    (r"\.dvc|\.dvcignore|dvc\.(?:yaml|lock)|[^/]*\.dvc", "a file of DVC"),
    (
        r"\.gitlab-ci[^/]*|\.(?:github|gitea|forgejo|circleci|buildkite|woodpecker|teamcity|azure-pipelines)"
        r"|\.(?:travis|drone|appveyor|woodpecker|cirrus)\.ya?ml"
        r"|(?:azure|bitbucket)-pipelines\.ya?ml|(?:appveyor|buildspec|cloudbuild)\.ya?ml|jenkinsfile",
        "a file of CI",
    ),
    (r"\.git[^/]*|git~[0-9]+|\.hg", "a file of git"),
    (
        r"\.husky|\.githooks|\.pre-commit-(?:config|hooks)\.yaml|(?:pre|post|prepare|commit|update)-(?:commit|push"
        r"|merge|rebase|checkout|rewrite|receive|msg|commit-msg|merge-commit|applypatch|auto-gc)",
        "a hook",
    ),
    (r"[^/]*\.pyw?", "code"),
)
"""What decides about models, or is one's code, by the name of any part of its path."""


_HARMLESS = re.compile(r"\.git(?:attributes|ignore|keep)")
"""Of git's files those that say nothing beyond their own directory; repositories of weights have them."""


def control_file(path: str) -> str | None:
    """What a POSIX path is that cannot be weights; ``None`` where it may be."""
    parts = [_plain(part) for part in path.split("/")]
    return next((kind for form, kind in _CONTROL if any(re.fullmatch(form, part) for part in parts)), None)


def foreign_control_file(path: str) -> str | None:
    """The same of a path below a directory of weights that comes from elsewhere: code is a part of weights, and what
    decides nothing there. ``None`` where it may come."""
    *folders, name = path.split("/")
    names = folders if _HARMLESS.fullmatch(_plain(name)) else [*folders, name]
    found = filter(None, map(control_file, names))
    return next((kind for kind in found if kind not in ("code", "a file of the policy")), None)


def _plain(part: str) -> str:
    """A name as file systems may take it: without case, blanks and dots at its end, a stream, and what is not seen."""
    seen = "".join(one for one in part if one.isprintable())
    return seen.partition(":")[0].casefold().rstrip(". ") or seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One weights file or directory, whole."""

    path: str
    """POSIX, relative to the repository root"""
    size: int
    """bytes; of a directory, the sum over its files"""
    sha256: str
    """64 hex; of a directory: over DVC's list form with ``sha256`` in place of ``md5``"""
    md5: str
    """DVC's address: 32 hex, with ``.dir`` behind it for a directory"""

    @property
    def is_directory(self) -> bool:
        return self.md5.endswith(".dir")


def is_held(path: str, weights: Weights) -> bool:
    """Whether a file, POSIX from the repository root, is in a directory of weights."""
    return weights.is_directory and path.startswith(weights.path + "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A version that a weights file says it was written with."""

    module: str
    """import name of what wrote it: ``sklearn``, ``xgboost``, ``keras``"""
    version: str
    """as it stands in the file"""
    place: str
    """where it stands there: ``_sklearn_version``, ``metadata.json: keras_version``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What loading a weights file takes, as far as its own bytes tell."""

    formats: tuple[str, ...] = ()
    """what was recognised, outermost first: ``("gzip", "pickle")``; of a directory, those of its files, sorted;
    empty when nothing was"""
    modules: tuple[str, ...] = ()
    """dotted names of the modules that loading imports, sorted; the standard library included"""
    loaders: tuple[tuple[str, ...], ...] = ()
    """for each format that names no module of its own: import names that can read it, the usual first; sorted"""
    writers: tuple[Writer, ...] = ()
    """sorted by module, version and place"""
    beside: tuple[str, ...] = ()
    """modules that loading takes from the directory of the weights itself, sorted"""
    code: tuple[str, ...] = ()
    """of a directory, its files of Python, POSIX below it, sorted"""
    problems: tuple[Problem, ...] = ()
    """what could not be read, and why; sorted. ``subject`` is the path that the caller named"""
