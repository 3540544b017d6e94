"""Manifest ↔ document: the format of ``*.lineage.toml``, schema 1.0, as plain dicts.

The order of keys here is the order in the file. Reading is strict: a missing, mistyped or unknown key is an error with
its path, all of them at once. A newer minor schema may hold keys that this version does not know: they are named as
notes. A newer major schema cannot be read.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lineage.errors import InputError
from lineage.manifest.canonical import manifest_id
from lineage.model.code import Code
from lineage.model.manifest import EVIDENCE, SCHEMA, SUFFIX, Manifest, StoredManifest, Table, freeze, thaw
from lineage.model.weights import Weights, control_file
from lineage.portable.environment import USES, Environment, Package, Platform, Problem
from lineage.portable.names import canonical_name, unfit_keys, unfit_name
from lineage.portable.reading import Reader

INLINE = ("problems", "environment.packages")
"""Where a row of the document takes one line of the file."""

_HEX40 = r"[0-9a-f]{40}|[0-9a-f]{64}"
_SHA256 = r"sha256:[0-9a-f]{64}"
_INPUT = _SHA256 + r"|md5(-dos2unix)?:[0-9a-f]{32}(\.dir)?"
_PRINTABLE = r"[^\x00-\x1f\x7f]+"
_GOOD_NAME = re.compile(r"[a-z0-9]++(?:-[a-z0-9]++)*")
_GOOD_TEXTS = {"version": re.compile(_PRINTABLE).fullmatch} | {
    key: re.compile(_SHA256 if key in ("record", "artifact") else _PRINTABLE).fullmatch
    for key in ("record", "artifact", "tag", "origin", "installer")
}
"""key of a package, in the order of ``Package`` → what tells whether a text has its form"""
_PACKAGE_KEYS = {"use", "modules", *_GOOD_TEXTS}
_HINT = "capture the model again, or take the file from git as it was committed"


def to_document(manifest: Manifest) -> dict[str, Any]:
    """The document of a manifest, with its id. Names that are not UTF-8 are written with their bytes escaped."""
    document: dict[str, Any] = {"schema": SCHEMA, "id": ""}
    document |= {"name": manifest.name, "created": manifest.created, "evidence": manifest.evidence}
    document |= _given(tool=manifest.tool, parent=manifest.parent)
    document["problems"] = [problem._asdict() for problem in manifest.problems]
    if manifest.labels:
        document["labels"] = thaw(manifest.labels)
    code = manifest.code
    document["code"] = _given(commit=code.commit, tree=code.tree, base=code.base, remote=code.remote)
    if code.served:
        document["code"]["served"] = list(code.served)
    document["code"]["files"] = dict(code.files)
    document["weights"] = [
        {"path": one.path, "size": one.size, "sha256": one.sha256, "md5": one.md5} for one in manifest.weights
    ]
    document["environment"] = _environment_table(manifest)
    for key in ("run", "inputs", "params", "metrics"):
        if getattr(manifest, key):
            document[key] = thaw(getattr(manifest, key))
    document = {key: _writable(value) for key, value in document.items()}
    document["id"] = manifest_id(document)
    return document


def _writable(value: Any) -> Any:
    """The value with every text as UTF-8 can carry it: git and the file system also hand out other bytes."""
    if isinstance(value, dict):
        return {_writable(key): _writable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_writable(one) for one in value]
    if isinstance(value, str) and not value.isascii():
        try:
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        except UnicodeEncodeError:
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


def _given(**values: str | None) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _environment_table(manifest: Manifest) -> dict[str, Any]:
    environment = manifest.environment
    table = _given(python=environment.python, implementation=environment.implementation, abi=environment.abi)
    table["platform"] = _given(**environment.platform._asdict())
    for key in ("accelerator", "variables"):
        if getattr(environment, key):
            table[key] = dict(getattr(environment, key))
    table["declared"] = dict(manifest.declared)
    table["packages"] = {package.name: _package_row(package) for package in environment.packages}
    return table


def _package_row(package: Package) -> dict[str, Any]:
    row = {"version": package.version, "use": package.use}
    for key in ("record", "artifact", "tag", "origin", "installer"):
        if getattr(package, key) is not None:
            row[key] = getattr(package, key)
    return row | ({"modules": list(package.modules)} if package.modules else {})


def from_document(document: Mapping[str, Any], where: str) -> StoredManifest:
    """The manifest of a parsed document; ``where`` names the file. Raises ``InputError`` with every failure."""
    reader = Reader(document, strict=not _is_newer(document, where))
    reader.take("schema")
    claimed = reader.matching("id", _SHA256, "sha256: and 64 hexadecimal digits")
    manifest = _manifest(reader)
    reader.done()
    reader.finish(where, _HINT)
    actual = manifest_id(document)
    if claimed != actual:
        raise InputError(f"id is {claimed}, but the content has {actual}: it was edited after capture", where, _HINT)
    return StoredManifest(manifest=manifest, id=actual, path=where, notes=tuple(reader.notes))


def _is_newer(document: Mapping[str, Any], where: str) -> bool:
    """Whether the document has a newer minor schema. Raises ``InputError`` when it cannot be read at all."""
    written = document.get("schema")
    match = re.fullmatch(r"(\d{1,6})\.(\d{1,6})", written) if isinstance(written, str) else None
    if match is None:
        raise InputError('schema: is missing or not a text like "1.0": this is no manifest', where, _HINT)
    major, minor = int(match[1]), int(match[2])
    own_major, own_minor = (int(part) for part in SCHEMA.split("."))
    if major != own_major:
        hint = "upgrade model-lineage to read it" if major > own_major else _HINT
        raise InputError(f"schema {written} cannot be read by this version, which reads {SCHEMA}", where, hint)
    return minor > own_minor


def _manifest(reader: Reader) -> Manifest:
    environment = reader.table("environment")
    name, labels = reader.matching("name", _PRINTABLE, "printable"), _rest(reader.table("labels"))
    for key, table in (("name", {name: ""} if re.fullmatch(_PRINTABLE, name) else {}), ("labels", labels)):
        for text, unfit in unfit_keys(table):
            reader.fail(key, f"{text[:80]!a}: {unfit}")
    return Manifest(
        name=name,
        created=reader.moment("created"),
        evidence=reader.choice("evidence", EVIDENCE),
        tool=reader.optional_text("tool", _PRINTABLE, "printable"),
        parent=reader.optional_text("parent", _SHA256, "sha256: and 64 hexadecimal digits"),
        problems=_problems(reader),
        labels=freeze(labels),
        code=_code(reader.table("code")),
        weights=_weights(reader),
        declared=_blobs(environment.table("declared")),
        environment=_environment(environment),
        run=freeze(_rest(reader.table("run"))),
        inputs=_inputs(reader.table("inputs")),
        params=freeze(_rest(reader.table("params"))),
        metrics=freeze(_rest(reader.table("metrics"))),
    )


def _rest(reader: Reader) -> dict[str, Any]:
    return {key: reader.take(key) for key in reader.remaining()}


def _problems(reader: Reader) -> tuple[Problem, ...]:
    found = []
    for row in reader.tables("problems"):
        found.append(Problem(row.text("code"), row.text("subject"), row.text("detail")))
        row.done()
    return tuple(found)


def _code(reader: Reader) -> Code:
    code = Code(
        commit=reader.optional_text("commit", _HEX40, "40 or 64 hexadecimal digits"),
        tree=reader.optional_text("tree", _HEX40, "40 or 64 hexadecimal digits"),
        base=reader.matching("base", _HEX40, "40 or 64 hexadecimal digits"),
        remote=reader.optional_text("remote", _PRINTABLE, "printable"),
        served=reader.texts("served", ()),
        files=_blobs(reader.table("files")),
    )
    if not set(code.served) <= dict(code.files).keys():
        reader.fail("served", "names a file that is not in code.files")
    reader.done()
    return code


def _inputs(reader: Reader) -> Table:
    found = {}
    for path in reader.remaining():
        if not _is_inside(path):
            reader.fail(path, "must be a relative path that stays inside the repository")
        if path.endswith(SUFFIX):
            found[path] = reader.matching(path, _SHA256, "the id of a manifest, sha256: and 64 hexadecimal digits")
        else:
            found[path] = reader.matching(path, _INPUT, "sha256: or md5: and its hexadecimal digits, as of DVC")
    table: Table = freeze(found)
    return table


def _blobs(reader: Reader) -> tuple[tuple[str, str], ...]:
    found = []
    for path in sorted(reader.remaining()):
        if not _is_inside(path):
            reader.fail(path, "must be a relative path that stays inside the repository")
        found.append((path, reader.matching(path, _HEX40, "40 or 64 hexadecimal digits")))
    return tuple(found)


def _weights(reader: Reader) -> tuple[Weights, ...]:
    found: list[Weights] = []
    for row in reader.tables("weights"):
        one = Weights(
            path=row.text("path"),
            size=row.integer("size"),
            sha256=row.matching("sha256", r"[0-9a-f]{64}", "64 hexadecimal digits"),
            md5=row.matching("md5", r"[0-9a-f]{32}(\.dir)?", "32 hexadecimal digits, .dir behind a directory's"),
        )
        if one.path and not _is_inside(one.path):
            row.fail("path", f"must be relative and stay inside the repository, not {one.path[:80]!r}")
        if (kind := control_file(one.path)) is not None:
            row.fail("path", f"{one.path[:80]!a} is {kind}: that is never weights")
        if any(one.path == other.path for other in found):
            row.fail("path", f"{one.path!r} stands twice")
        row.done()
        found.append(one)
    if not found and not any(failure.startswith("weights") for failure in reader.failures):
        reader.fail("weights", "is missing: a manifest records at least one weights file")
    return tuple(found)


def _is_inside(path: str) -> bool:
    """Whether a POSIX path is relative, normal and does not lead out."""
    parts = path.split("/")
    return not any(part in ("", ".", "..") for part in parts) and "\\" not in path and "\x00" not in path


def _environment(reader: Reader) -> Environment:
    platform = reader.table("platform")
    environment = Environment(
        python=reader.optional_text("python", _PRINTABLE, "printable"),
        implementation=reader.optional_text("implementation", _PRINTABLE, "printable"),
        abi=reader.optional_text("abi", _PRINTABLE, "printable"),
        platform=Platform(*(platform.optional_text(key, _PRINTABLE, "printable") for key in Platform._fields)),
        accelerator=_texts(reader.table("accelerator")),
        variables=_texts(reader.table("variables")),
        packages=_packages(reader.table("packages")),
    )
    platform.done()
    reader.done()
    return environment


def _texts(reader: Reader) -> tuple[tuple[str, str], ...]:
    return tuple((key, reader.text(key)) for key in sorted(reader.remaining()))


def _packages(reader: Reader) -> tuple[Package, ...]:
    packages = []
    for name in sorted(reader.remaining()):
        good = _good_package(name, reader.peek(name))
        if good is not None:
            reader.take(name)
            packages.append(good)
            continue
        row = reader.table(name)
        if canonical_name(name) != name:
            reader.fail(name, f"must be written in its canonical form, {canonical_name(name)}")
        elif _GOOD_NAME.fullmatch(name) is None:
            reader.fail(name, "is no name of a package")
        packages.append(
            Package(
                name=name,
                version=row.matching("version", _PRINTABLE, "printable"),
                use=row.choice("use", USES),
                record=row.optional_text("record", _SHA256, "sha256: and 64 hexadecimal digits"),
                artifact=row.optional_text("artifact", _SHA256, "sha256: and 64 hexadecimal digits"),
                tag=row.optional_text("tag", _PRINTABLE, "printable"),
                origin=row.optional_text("origin", _PRINTABLE, "printable"),
                installer=row.optional_text("installer", _PRINTABLE, "printable"),
                modules=row.texts("modules"),
            )
        )
        for module in packages[-1].modules:
            if unfit := unfit_name(module):
                row.fail("modules", f"{module[:80]!a}: {unfit}")
        row.done()
    return tuple(packages)


def _good_package(name: str, row: Any) -> Package | None:
    """A row with nothing wrong, as almost all are; ``None`` for any other, which is then read so that all is told."""
    if row.__class__ is not dict or _GOOD_NAME.fullmatch(name) is None or not row.keys() <= _PACKAGE_KEYS:
        return None
    modules, use = row.get("modules", []), row.get("use")
    if use not in USES or modules.__class__ is not list or any(one.__class__ is not str or not one for one in modules):
        return None
    if not all(one.isascii() and one.isidentifier() for one in modules):
        return None
    texts = [row.get(key) for key in _GOOD_TEXTS]
    if texts[0] is None or not all(map(_is_good, texts, _GOOD_TEXTS.values())):
        return None
    return Package._make([name, texts[0], use, *texts[1:], tuple(modules)])


def _is_good(text: Any, has_form: Callable[[str], object]) -> bool:
    return text is None or (text.__class__ is str and has_form(text) is not None)
