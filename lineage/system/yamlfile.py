"""Reads YAML that others wrote: plain data only, in bounded time and memory.

PyYAML parses: by libyaml where it was built with it, else by itself, slowly. It knows YAML 1.1 and DVC writes YAML
1.2, so only its events are taken, and scalars get here the meaning of YAML 1.2, in the reading of DVC. What DVC reads
means the same here, or is refused: names of anchors other than letters, digits, ``-`` and ``_``, and a ``:`` at the
beginning or end of a word in brackets. ruamel.yaml, which DVC has, takes fifty times as long and more.

No tag is honoured, so nothing but dicts, lists and plain scalars is ever built. Aliases are, as ``dvc.yaml`` may
use them, but what they expand to is counted: nine short lines can stand for a thousand million nodes.
"""

import re
from typing import Any

from lineage.errors import InputError

_MOST_DEPTH = 100
_MOST_NODES = 500_000
"""no lock that people use has half as many; more take longer than anyone waits"""
_MOST_ALIASED = 100_000
"""nodes that all aliases of a file may stand for together"""

_UNREAD = re.compile("[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""what is no text, and four characters that end a line, or stand for nothing, in one version of YAML only"""

_HINT = "correct the file, or restore the version that git holds"
_WORDS = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)"
    r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_INTEGER = re.compile(r"[-+]?(?:(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+)|[0-9_]+)")
_TIME = re.compile(
    r"[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)"
)


def read_yaml(text: bytes, where: str, *, limit: int = 8 << 20) -> object:
    """The one document of a YAML file (YAML 1.2, UTF-8), ``None`` when it is empty.

    ``where`` names the file in errors; ``limit`` is in bytes.

    Raises InputError, with file and line, when it is larger, not YAML, has a duplicate key, a tag, a
    directive, several documents, an alias inside of what it names, or is nested or expanded beyond bounds.
    """
    if len(text) > limit:
        raise InputError(f"{len(text)} bytes, and no more than {limit} are read", where, "split the file")
    decoded = _decode(text, where)
    # Imported here: most commands read no YAML.
    from yaml.error import MarkedYAMLError

    try:
        return _Nodes(_parser(decoded), where).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = where if mark is None else f"{where}:{mark.line + 1}"
        raise InputError(f"unusable YAML: {error.problem or error.context}", place, _HINT) from error


def _decode(text: bytes, where: str) -> str:
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise InputError("not UTF-8 text", f"{where}:{line}", _HINT) from error
    wrong = _UNREAD.search(decoded)
    if wrong is not None:
        line = decoded.count("\n", 0, wrong.start()) + 1
        raise InputError(f"unusable YAML: the character U+{ord(wrong[0]):04X}", f"{where}:{line}", _HINT)
    return decoded


def _parser(text: str) -> Any:
    try:
        from yaml.cyaml import CParser
    except ImportError:
        from yaml import SafeLoader

        return SafeLoader(text)
    return CParser(text)


class _Nodes:
    """Values out of the events of a parser."""

    def __init__(self, parser: Any, where: str) -> None:
        from yaml import events

        self._next = parser.get_event
        self._where = where
        self._kinds = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: self._mapping,
            events.SequenceStartEvent: self._sequence,
        }
        self._ends = (events.MappingEndEvent, events.SequenceEndEvent)
        self._scalars: dict[str, Any] = dict(_WORDS)
        """plain scalars that were seen, with their values"""
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        """the value and the number of nodes of each anchor; ``None`` inside of what it names"""
        self._depth = self._count = self._aliased = 0

    def _wrong(self, message: str, event: Any) -> InputError:
        return InputError(f"unusable YAML: {message}", f"{self._where}:{event.start_mark.line + 1}", _HINT)

    def document(self) -> object:
        from yaml.events import DocumentStartEvent, StreamEndEvent

        self._next()  # the beginning of the stream
        start = self._next()
        if not isinstance(start, DocumentStartEvent):
            return None
        if start.version or start.tags:
            raise self._wrong("directives are not read here", start)
        value = self._node(self._next())
        self._next()  # the end of the document
        event = self._next()
        if not isinstance(event, StreamEndEvent):
            raise self._wrong("but found another document", event)
        return value

    def _node(self, event: Any) -> Any:
        make = self._kinds.get(event.__class__)
        if make is None:
            return self._alias(event)
        if event.tag is not None:
            raise self._wrong("tags are not read here", event)
        anchor, before = event.anchor, self._count
        if before >= _MOST_NODES:
            raise self._wrong(f"holds more than {_MOST_NODES} values", event)
        self._count = before + 1
        if anchor is None:
            return make(event)
        self._anchors[anchor] = None
        value = make(event)
        self._anchors[anchor] = value, self._count - before
        return value

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise self._wrong(f"found undefined alias {event.anchor!r}", event)
        named = self._anchors[event.anchor]
        if named is None:
            raise self._wrong(f"the alias *{event.anchor} stands inside of what it names", event)
        self._count += named[1]
        self._aliased += named[1]
        if self._aliased > _MOST_ALIASED:
            raise self._wrong(f"the aliases stand for more than {_MOST_ALIASED} nodes", event)
        return named[0]

    def _enter(self, event: Any) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise self._wrong(f"nested more than {_MOST_DEPTH} deep", event)

    def _sequence(self, start: Any) -> list[Any]:
        self._enter(start)
        found = []
        while (event := self._next()).__class__ not in self._ends:
            found.append(self._node(event))
        self._depth -= 1
        return found

    def _mapping(self, start: Any) -> dict[Any, Any]:
        self._enter(start)
        found: dict[Any, Any] = {}
        merged: dict[Any, Any] | None = None
        while (event := self._next()).__class__ not in self._ends:
            key = self._node(event)
            if key == "<<" and event.__class__ in self._kinds and event.implicit[0]:
                if merged is not None:
                    raise self._wrong("the key '<<' stands twice", event)
                merged = self._merged()
                continue
            if key.__class__ is list:
                key = tuple(key)
            try:
                twice = key in found
            except TypeError as error:
                raise self._wrong("found unhashable key", event) from error
            if twice:
                raise self._wrong(f"the key {key!r} stands twice", event)
            found[key] = self._node(self._next())
        self._depth -= 1
        return found if merged is None else merged | found

    def _merged(self) -> dict[Any, Any]:
        """What ``<<`` brings: of several mappings the first one that has a key."""
        event = self._next()
        value = self._node(event)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) for one in parts):
            raise self._wrong("expected a mapping or list of mappings for merging", event)
        return {key: one[key] for one in reversed(parts) for key in one}

    def _scalar(self, event: Any) -> Any:
        text = event.value
        if not event.implicit[0]:
            return text
        if text not in self._scalars:
            try:
                self._scalars[text] = _meaning(text)
            except (ValueError, OverflowError) as error:  # 2024-13-45, or a number of 5,000 digits
                raise self._wrong(str(error), event) from error
        return self._scalars[text]


def _meaning(text: str) -> Any:
    """Of a plain scalar in YAML 1.2, and in ruamel.yaml, with which DVC reads: ``010`` is 10, ``yes`` is a text."""
    if text[0] not in "+-.0123456789":
        return text
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    if integer := _INTEGER.fullmatch(text):
        return int(text.replace("_", ""), 0 if integer[1] else 10)
    if _TIME.fullmatch(text):
        from yaml.constructor import SafeConstructor
        from yaml.nodes import ScalarNode

        return SafeConstructor().construct_yaml_timestamp(ScalarNode("", text))
    return text
