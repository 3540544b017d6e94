"""What one line of conda asks for (a "match spec"), and what its platforms are to PEP 508.

Source: conda's documentation of package match specifications. ``=1.26`` and ``1.26.*`` are prefixes, ``==1.26``, a bare
``1.26`` after a space and any version with a build are exact. A single ``=`` before three or more numbers is taken as
exact too: that is what people and ``conda env export`` mean by it. Channels and subdirectories are left out.
Hand-written because conda's own parser cannot be had by pip: all its versions there are yanked.
"""

import re
from dataclasses import dataclass

from lineage.dependencies.rows import Rows, pin, subject_of
from lineage.errors import InputError
from lineage.model.declarations import Dependency
from lineage.portable.names import canonical_name

MAX_LENGTH = 1024
"""Characters of one spec: no real one has more."""

_X86, _ARM = 'platform_machine == "x86_64" and sys_platform == ', 'platform_machine == "aarch64" and sys_platform == '
MARKERS = {
    "linux-64": _X86 + '"linux"',
    "linux-aarch64": _ARM + '"linux"',
    "linux-32": 'platform_machine == "i686" and sys_platform == "linux"',
    "linux-armv7l": 'platform_machine == "armv7l" and sys_platform == "linux"',
    "linux-ppc64le": 'platform_machine == "ppc64le" and sys_platform == "linux"',
    "linux-riscv64": 'platform_machine == "riscv64" and sys_platform == "linux"',
    "linux-s390x": 'platform_machine == "s390x" and sys_platform == "linux"',
    "osx-64": _X86 + '"darwin"',
    "osx-arm64": 'platform_machine == "arm64" and sys_platform == "darwin"',
    "win-32": 'platform_machine == "x86" and sys_platform == "win32"',
    "win-64": 'platform_machine == "AMD64" and sys_platform == "win32"',
    "win-arm64": 'platform_machine == "ARM64" and sys_platform == "win32"',
    "noarch": "",
}
"""The subdirectories of channels as markers, spelled as ``packaging`` does."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_BUILD = re.compile(r"[A-Za-z0-9_.*+^$-]+")
_CHANNEL = re.compile(r"(?:[^\s\[\]=<>!~,|]*::?)(?=[A-Za-z0-9_])")
_SPEC = re.compile(r"(?P<name>[^\s\[=<>!~]+)(?P<rest>[^\[]*+)(?:\[(?P<keys>[^\]]*+)\])?")
_EXTRAS = re.compile(r"\A([A-Za-z0-9_.-]++)\[[A-Za-z0-9_.,-]*\]")
"""of pip, by mistake: conda knows none"""
_KEY = re.compile(r"\s*(?P<key>[a-z0-9_]+)\s*=\s*(?:'(?P<a>[^']*)'|\"(?P<b>[^\"]*)\"|(?P<c>[^,'\"]*))\s*(?:,|\Z)")
_CLAUSE = re.compile(r"(?P<operator>==|!=|<=|>=|~=|=|<|>)?(?P<version>[A-Za-z0-9_.!+-]+?)(?P<star>\.?\*)?")
_SHORT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SPACED = re.compile(r"\s*(==|!=|<=|>=|~=|=|<|>|,|\|)\s*")
_FREE = re.compile(r"(?:\A|_)cp[0-9]+t\Z")
_ARCHIVE = re.compile(r"(?P<name>.+)-(?P<version>[^-/]+)-(?P<build>[^-/]+)\.(?:conda|tar\.bz2)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What a spec tells; the texts are those of ``Dependency``."""

    name: str
    version: str | None = None
    specifier: str = ""
    written: str = ""
    label: str = ""


def conda_name(name: str) -> str:
    """The PEP 503 form, without the underscores that some names of conda begin with, as manifests record it."""
    return canonical_name(name).strip("-")


def parse_spec(text: str) -> Spec:
    """What a spec asks for. Raises ``InputError``, without a place, for one that PEP 440 cannot say."""
    if len(text) > MAX_LENGTH:
        raise InputError(f"is a spec of more than {MAX_LENGTH} characters")
    text = text.strip()
    if "://" in text:
        return parse_archive(text)
    text = _EXTRAS.sub(r"\1", text, count=1)
    channel = _CHANNEL.match(text)
    match = _SPEC.fullmatch(text[channel.end() :] if channel else text)
    if match is None or _NAME.fullmatch(match["name"]) is None or not conda_name(match["name"]):
        raise InputError(f"is no conda spec: {text[:80]!r}")
    name, rest = conda_name(match["name"]), match["rest"].strip()
    version, build = _split(rest)
    keys = _keys(match["keys"] or "", text)
    version, build = keys.get("version", version), keys.get("build", build)
    if build and build != "*" and _BUILD.fullmatch(build) is None:
        raise InputError(f"has a build that is none: {text[:80]!r}")
    label = "" if build == "*" else build
    exact, specifier = _version(version, bool(label), text)
    written = version if label and exact is None else _SPACED.sub(r"\1", rest) or version
    return Spec(name=name, version=exact, specifier=specifier, written=written, label=label)


def parse_archive(address: str) -> Spec:
    """The package that an address of an archive of conda names. Raises ``InputError`` without a place."""
    base = address.partition("#")[0].rstrip("/").rpartition("/")[2]
    match = _ARCHIVE.fullmatch(base)
    if match is None or not conda_name(match["name"]):
        raise InputError(f"is no package of conda: {base[:80]!r}")
    return Spec(
        name=conda_name(match["name"]),
        version=match["version"],
        specifier=pin(match["version"]),
        label=match["build"],
    )


def _split(rest: str) -> tuple[str, str]:
    """(version, build): ``=1.2=py311_0``, ``1.2 py311_0``, ``>=1.2, <2``."""
    joined = _SPACED.sub(r"\1", rest)
    before, space, build = joined.partition(" ")
    if space:
        return before, build.strip()
    operator = "==" if joined.startswith("==") else "=" if joined.startswith("=") else ""
    version, equals, build = joined[len(operator) :].partition("=")
    if equals and re.search(r"[<>!~=,|]", version + build) is None:
        return operator + version, build
    return joined, ""


def _keys(text: str, spec: str) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _KEY.match(text, position)
        if match is None:
            raise InputError(f"is no conda spec: {spec[:80]!r}")
        position = match.end()
        found[match["key"]] = match["a"] or match["b"] or (match["c"] or "").strip()
    return {key: _SPACED.sub(r"\1", value) for key, value in found.items()}


def _version(text: str, has_build: bool, spec: str) -> tuple[str | None, str]:
    """(the one version, the specifier)."""
    if text.strip("=") in ("", "*"):
        return None, ""
    if "|" in text or "(" in text:
        raise InputError(f"has alternatives, which no specifier can say: {spec[:80]!r}")
    found = [_clause(one.strip(), has_build, spec) for one in text.split(",")]
    exact = [version for version, _ in found if version is not None]
    clauses = sorted({clause for _, clause in found if clause})
    return exact[0] if len(found) == 1 and exact else None, ",".join(clauses)


def _clause(text: str, has_build: bool, spec: str) -> tuple[str | None, str]:
    if text == "*":
        return None, ""
    match = _CLAUSE.fullmatch(text)
    if match is None:
        raise InputError(f"has a version that cannot be read: {spec[:80]!r}")
    operator, version, is_prefix = match["operator"] or "", match["version"], match["star"] is not None
    fuzzy = operator == "=" and not has_build and _SHORT.fullmatch(version) is not None
    if operator in ("", "=", "==") and not is_prefix and not fuzzy:
        return version, pin(version)
    clause = f"=={version}.*" if operator in ("", "=", "==") else f"{operator}{version}"
    if operator == "!=" and is_prefix:
        clause += ".*"
    from packaging.specifiers import SpecifierSet  # the platforms above are asked for where nothing of conda is read

    try:
        SpecifierSet(clause)
    except ValueError as error:
        raise InputError(f"has a version that cannot be read: {spec[:80]!r}") from error
    return None, clause


def python_of(spec: Spec) -> str | None:
    """The Python that a spec asks for: ``3.11`` for ``=3.11`` and ``3.11.*``; a range as written, without spaces."""
    if spec.version is not None or not spec.specifier:
        return None if spec.version is None else python_build(spec.version, spec.label)
    prefix = re.fullmatch(r"==([0-9.]+)\.\*", spec.specifier)
    return python_build(prefix[1], spec.label) if prefix else "".join(spec.written.split())


def python_build(version: str, build: str) -> str:
    """A version of Python with a ``t`` behind where the build is one without the global lock: ``*_cp314t``."""
    return f"{version}t" if _FREE.search(build) else version


_PYTHON = "package:python"


def add_spec(rows: Rows, text: str, group: str, line: int, marker: str = "") -> str | None:
    """Adds the package that a spec asks for; of ``python`` gives its version or range instead, ``""`` for any.

    What cannot be read becomes an unknown.
    """
    try:
        spec = parse_spec(text)
    except InputError as error:
        subject = _subject(text)
        rows.unread("python" if subject == _PYTHON else subject, line, error.message, text)
        return None
    if spec.name == "python":
        return python_of(spec) or ""
    rows.dependencies.append(
        Dependency(
            name=spec.name,
            version=spec.version,
            specifier=spec.specifier,
            written=spec.written,
            label=spec.label,
            marker=marker,
            group=group,
            line=line,
            manager="conda",
        )
    )
    return None


def _subject(text: str) -> str:
    """By the name behind the channel: ``package:NAME``, or ``packages`` where there is none."""
    subject = subject_of(text.rpartition("::")[2].lstrip("_"))
    kind, colon, name = subject.partition(":")
    return f"{kind}{colon}{conda_name(name)}"
