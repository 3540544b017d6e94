"""Models of XGBoost, LightGBM and CatBoost in their own formats.

Formats. XGBoost: JSON or UBJSON by ``doc/model.schema`` of its documentation, ``version`` a member of the outermost
object, written last (a pickled booster holds UBJSON of two such, ``Config`` and ``Model``); or, until 3.0, ``binf`` and
the fields of ``src/learner.cc``, which hold no more than the first two numbers of a version. LightGBM: text that begins
``tree``, ``version=v4`` (``src/boosting/gbdt_model_text.cpp``): that is the version of the format, not of the package.
CatBoost: ``CBM1``, the length of a flatbuffer and that (``catboost/libs/model/flatbuffers/model.fbs``), or JSON; its
``catboost_version_info`` names the branch it was built from, and the branch of a release is ``tags/v`` and its version.
"""

import re
from typing import BinaryIO

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered, noting
from lineage.weights.formats.streams import MAX_JSON_BYTES, Damaged, TooMuch, Window, load_object, read_at
from lineage.weights.formats.ubjson import UbjsonWalk

TAIL_BYTES = 64 * 1024
MAX_SEARCHED_BYTES = 256 * 1024 * 1024

_XGBOOST_JSON = re.compile(rb'\s*\{\s*"(?:learner"\s*:\s*\{|version"\s*:\s*\[\s*\d)')
_XGBOOST_UBJSON = re.compile(rb"\{L\0{7}(?:\x07learner|\x06Config)\{")
_LIGHTGBM = re.compile(rb"tree\r?\n(?:version=|num_class=)")
_LIGHTGBM_WITH_END = re.compile(rb"tree\r?\nversion=v[34]\s")
_CATBOOST_JSON = re.compile(rb'\s*\{\s*"(?:features_info|ctr_data|oblivious_trees|model_info|trees)"\s*:')
_LAST_VERSION = re.compile(rb'[,{]\s*"version"\s*:\s*\[\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*\]\s*\}\s*\Z')
_LAST_UBJSON_VERSION = re.compile(rb"L\0{7}\x07version\[#L\0{7}\x03i([\0-\x7f])i([\0-\x7f])i([\0-\x7f])\}{1,2}\Z")
_RELEASE = re.compile(rb"Branch: tags/v(\d[\w.+!-]{0,40})\s")

LOADERS = {
    "xgboost-json": ("xgboost",),
    "xgboost-ubjson": ("xgboost",),
    "xgboost-binary": ("xgboost",),
    "lightgbm": ("lightgbm",),
    "catboost": ("catboost",),
    "catboost-json": ("catboost",),
}


def _kind(head: bytes) -> str | None:
    if head.startswith(b"binf"):
        return "xgboost-binary"
    if head.startswith(b"CBM1"):
        return "catboost"
    if _LIGHTGBM.match(head):
        return "lightgbm"
    if _XGBOOST_UBJSON.match(head):
        return "xgboost-ubjson"
    if _XGBOOST_JSON.match(head):
        return "xgboost-json"
    return "catboost-json" if _CATBOOST_JSON.match(head) else None


def recognise(head: bytes, name: str) -> bool:
    """By the bytes at the start alone: the names of these files vary."""
    return _kind(head) is not None


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    """What a model of one of the three libraries says. Raises OSError."""
    found = Gathered(subject)
    stream.seek(0)
    head = stream.read(4096)
    kind = _kind(head)
    if kind is None:
        found.unreadable("byte 0: no model of XGBoost, LightGBM or CatBoost")
        return found.contents()
    with noting(found):
        if kind == "xgboost-json":
            _add_version(found, _json_version(stream, size))
        elif kind == "xgboost-ubjson":
            _add_version(found, _ubjson_version(stream, size))
        elif kind == "lightgbm":
            if _LIGHTGBM_WITH_END.match(head):
                _check_lightgbm(stream, size)
        elif kind == "catboost":
            _read_catboost(found, stream, size)
        elif kind == "catboost-json":
            _read_catboost_json(found, stream, size)
    return found.contents(kind, loaders=[LOADERS[kind]])


def _add_version(found: Gathered, numbers: list[int]) -> None:
    found.add_writer("xgboost", ".".join(map(str, numbers)), "version")


def _checked(version: object) -> list[int]:
    if isinstance(version, list) and len(version) == 3:
        numbers = [one for one in version if type(one) is int and 0 <= one < 1_000_000]
        if len(numbers) == 3:
            return numbers
    raise Damaged("version: not three numbers")


def _json_version(stream: BinaryIO, size: int) -> list[int]:
    """A large model is not parsed: its version is what stands before the brace that closes all."""
    if size <= MAX_JSON_BYTES:
        return _checked(load_object(read_at(stream, size, 0, size), "the model").get("version"))
    last = _LAST_VERSION.search(read_at(stream, size, size - TAIL_BYTES, TAIL_BYTES))
    if last is None:
        raise TooMuch(f"no version stands at the end, and of {size} bytes of JSON not all are read")
    return [int(number) for number in last.groups()]


def _ubjson_version(stream: BinaryIO, size: int) -> list[int]:
    """As for JSON; a small model is read from its start. In the state that a pickle holds it stands twice, deeper."""
    stream.seek(0)
    walk = UbjsonWalk(Window(stream, size), b"version", depth=2)
    try:
        walk.run()
    except TooMuch:
        last = _LAST_UBJSON_VERSION.search(read_at(stream, size, max(size - TAIL_BYTES, 0), min(size, TAIL_BYTES)))
        if last is None:
            raise
        return [number[0] for number in last.groups()]
    if not walk.arrays or walk.arrays[1:] != walk.arrays[:-1]:
        raise Damaged(f"byte {size}: its members named version are {walk.arrays}")
    return _checked(walk.arrays[0])


def _check_lightgbm(stream: BinaryIO, size: int) -> None:
    """The trees end with a line that says so, before the parameters and, in one line, the categories of pandas."""
    count = min(size, MAX_JSON_BYTES)
    tail = read_at(stream, size, size - count, count)
    if not any(line in tail for line in (b"\nend of trees", b"\nend of parameters", b"\npandas_categorical:")):
        raise Damaged(f"byte {size}: it ends before the end of the trees")


def _read_catboost(found: Gathered, stream: BinaryIO, size: int) -> None:
    length = int.from_bytes(read_at(stream, size, 4, 4), "little")
    if length < 8 or 8 + length > size:
        raise Damaged(f"byte 4: a core of {length} bytes in {size}")
    _search_release(found, stream, min(8 + length, size), "catboost_version_info")


def _read_catboost_json(found: Gathered, stream: BinaryIO, size: int) -> None:
    if size > MAX_JSON_BYTES:
        raise TooMuch(f"{size} bytes of JSON, and no more than {MAX_JSON_BYTES} are read")
    info = load_object(read_at(stream, size, 0, size), "the model").get("model_info")
    told = info.get("catboost_version_info") if isinstance(info, dict) else None
    release = _RELEASE.search(told.encode("utf-8", "replace")) if isinstance(told, str) else None
    if release:
        found.add_writer("catboost", release[1].decode(), "catboost_version_info")


def _search_release(found: Gathered, stream: BinaryIO, end: int, place: str) -> None:
    """The text stands once, among the texts of the flatbuffer, in no fixed place."""
    stream.seek(0)
    left, kept = min(end, MAX_SEARCHED_BYTES), b""
    while left > 0:
        chunk = stream.read(min(left, 1 << 20))
        if not chunk:
            raise Damaged(f"byte {end - left}: it ends before byte {end}")
        left -= len(chunk)
        kept += chunk
        start = kept.find(b"Git info:\n    Commit: ")
        release = _RELEASE.search(kept, start, start + 1024) if start >= 0 else None
        if release:
            found.add_writer("catboost", release[1].decode(), place)
            return
        kept = kept[-2048:]
    if end > MAX_SEARCHED_BYTES:
        raise TooMuch(f"byte {MAX_SEARCHED_BYTES}: no {place} before, and no more of it is searched")
