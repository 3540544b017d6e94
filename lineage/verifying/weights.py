"""The weights that a manifest records against what lies there: by their bytes, or by their DVC pointer."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lineage.errors import InputError, WeightsError
from lineage.model.manifest import Manifest
from lineage.model.weights import Weights, is_held
from lineage.portable.compare import Change, Comparison
from lineage.portable.environment import Unknown
from lineage.verifying.verify import Comparator, Inquiry

if TYPE_CHECKING:
    from lineage.dvc.pointers import Output
    from lineage.system.hashing import Advance
    from lineage.weights.cache import DigestCache

_LEFT_OUT = ".dvcignore leaves it out, so it is not recorded: remove it, or accept it by name"
_OLDER = (
    "not found, and {} is of DVC 2: its digest of text leaves out carriage returns, so it cannot be told whether it is "
    "of the recorded bytes: bring them with dvc pull, or renew the pointer with dvc cache migrate --dvc-files"
)
_SEVERAL = "{} differ: name the one that is served with --weights"
_NOT_FOUND = "not found: name the place with --weights, or skip them with --no-weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsPlace(Comparator):
    """Where the weights are looked for, in this order; ``None`` where there is no such place."""

    named: Path | None = None
    """``--weights``: the file itself, or a directory that holds it"""
    beside: Path | None = None
    """the manifest's directory"""
    root: Path | None = None
    """the repository root"""
    skip: bool = False
    """``--no-weights``: they are not looked at, and the report says so"""
    known: "DigestCache | None" = None
    """``--cached``: what it holds is not read, and the report says so; ``None``: every byte is read"""

    def compare(self, asked: Inquiry) -> Comparison:
        return _compare_weights(asked.manifest, asked.policy.verify.files, self, asked.advance)


def _compare_weights(manifest: Manifest, files: str, place: WeightsPlace, advance: "Advance | None") -> Comparison:
    """``files`` is the policy's: with ``pointer``, weights whose bytes are not there are compared by their pointer."""
    recorded = manifest.weights
    if place.skip:
        return Comparison(checked=(("weights", "skipped"),))
    changes: list[Change] = []
    unknown: list[Unknown] = []
    looked = set()
    read = []
    for one in recorded:
        places = _places(one, place, single=len(recorded) == 1)
        if places:
            found, left_out, depth = _by_bytes(one, places[0], place.known, advance)
            if any(_by_bytes(one, other, place.known, None)[0] != found for other in places[1:]):
                found = Unknown(f"weights:{one.path}", _SEVERAL.format(" and ".join(map(str, places))))
            elif isinstance(found, Change):
                found = found._replace(detail=found.detail + _other_code(one, places[0], manifest))
            unknown += left_out
            looked.add(depth)
            read.append(str(places[0]))
        elif files == "pointer":
            found = _by_pointer(one, place)
            looked.add("missing" if isinstance(found, Unknown) else "pointer")
        else:
            looked.add("missing")
            found = Unknown(f"weights:{one.path}", _NOT_FOUND)
        if isinstance(found, Unknown):
            unknown.append(found)
        elif found is not None:
            changes.append(found)
    weakest = next(depth for depth in ("missing", "pointer", "cached", "bytes") if depth in looked)
    checked = (
        ("weights", weakest),
        ("files", 0 if weakest == "missing" else len(recorded)),
        ("weights_files", tuple(read)),
    )
    return Comparison(tuple(changes), tuple(unknown), checked=checked)


def _by_bytes(
    one: Weights, location: Path, known: "DigestCache | None", advance: "Advance | None"
) -> tuple[Change | Unknown | None, list[Unknown], str]:
    """(what differs, what lies there that was not recorded and DVC is told to ignore, how deep it looked)."""
    from lineage.weights.measure import found_as_recorded

    subject = f"weights:{one.path}"
    try:
        found = found_as_recorded(one, location, advance=advance, known=known)
    except WeightsError as error:
        return Unknown(subject, f"cannot be read: {error.message}"), [], "bytes"
    depth = "cached" if found.is_known else "bytes"
    if (found.sha256, found.size, found.is_directory) == (one.sha256, one.size, one.is_directory):
        left_out = [Unknown(f"{subject}/{path}", _LEFT_OUT) for path in found.left_out.paths]
        if found.left_out.more:
            left_out.append(Unknown(f"{subject}/…", f"{found.left_out.more} more: {_LEFT_OUT}"))
        return None, left_out, depth
    detail = f"{one.size} → {found.size} bytes" if one.size != found.size else "of the same size"
    sides = (f"sha256:{one.sha256[:12]}", f"sha256:{found.sha256[:12]}")
    return Change(subject, "weights-bytes", *sides, "unknown", None, detail), [], depth


def _other_code(one: Weights, location: Path, manifest: Manifest) -> str:
    """Which code in a directory of weights is another one, where some is."""
    from lineage.git.blob import blob_id

    found = []
    for path, blob in manifest.code.files:
        inner = location / path[len(one.path) + 1 :]
        kind = "sha1" if len(blob) == 40 else "sha256"
        if is_held(path, one) and not (inner.is_file() and blob_id(inner, kind) == blob):
            found.append(path)
    return f"; of its code {', '.join(found)}" if found else ""


def _by_pointer(one: Weights, place: WeightsPlace) -> Change | Unknown | None:
    """DVC's pointers of the repository tell an MD5; one for a directory around the weights tells nothing of them."""
    from lineage.dvc.pointers import enclosing_output, tracked_outputs

    subject = f"weights:{one.path}"
    if place.root is None:
        return Unknown(subject, "not found, and without a repository there is no DVC pointer")
    root = place.root
    around = [one.path, *(str(parent) for parent in PurePosixPath(one.path).parents if str(parent) != ".")]
    candidates = [f"{path}.dvc" for path in around]
    candidates += [f"{path}/dvc.lock" for path in around[1:]] + ["dvc.lock"]
    pointers = [path for path in candidates if (root / path).is_file()]
    output = enclosing_output(one.path, tracked_outputs(pointers, lambda path: _read(root / path)))
    if output is None or output.path != one.path or output.md5 is None:
        return Unknown(subject, "not found, and no DVC pointer tells their MD5")
    if output.algorithm not in ("md5", "md5-dos2unix"):
        return Unknown(subject, f"not found, and {output.pointer} tells another digest: {output.algorithm[:40]}")
    if output.algorithm != "md5":
        return _by_older_pointer(one, output)
    if output.md5 == one.md5:
        return None
    return Change(
        subject, "weights-pointer", f"md5:{one.md5[:12]}", f"md5:{output.md5[:12]}", "unknown", None, output.pointer
    )


def _by_older_pointer(one: Weights, output: "Output") -> Change | Unknown | None:
    """What a pointer of DVC 2 tells: an MD5 of text with CRLF as LF, and the size of the bytes as they are.

    Of another size, the bytes are others. Of the same size and digest, nothing was taken as LF (each CRLF would have
    cost a byte; in a directory too, where the sizes add up), so the digest is that of the bytes. Else it cannot be
    told: the recorded bytes may be text with CRLF, which the manifest does not say.
    """
    subject = f"weights:{one.path}"
    if output.size is not None and output.size != one.size:
        detail = f"{output.pointer}, {one.size} → {output.size} bytes"
        sides = (f"md5:{one.md5[:12]}", f"{output.algorithm}:{(output.md5 or '')[:12]}")
        return Change(subject, "weights-pointer", *sides, "unknown", None, detail)
    if output.size is not None and output.md5 == one.md5:
        return None
    return Unknown(subject, _OLDER.format(output.pointer))


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _places(weights: Weights, place: WeightsPlace, *, single: bool) -> list[Path]:
    """Where the weights lie, each file once, the first place first; the place that the user named must hold them."""
    name = weights.path.rpartition("/")[2]
    if place.named is not None:
        if not place.named.exists():
            raise InputError(
                "there are no weights", where=str(place.named), hint="name a file or directory that exists"
            )
        candidates = [place.named / weights.path, place.named / name]
        if not candidates[0].exists() and not candidates[1].exists():
            candidates = [place.named] if single and (weights.is_directory or not place.named.is_dir()) else []
    else:
        candidates = [] if place.beside is None else [place.beside / name]
        candidates += [] if place.root is None else [place.root / weights.path]
    found = {path.resolve(): path for path in reversed(candidates) if path.exists()}
    return list(found.values())[::-1]
