"""YAML as tools write it, read by libyaml: many times faster than ruamel.yaml, which is written in Python.

What is read here is exactly what ``lineage.system.yamlfile`` makes of it by ruamel.yaml. libyaml knows YAML 1.1, so
only its events are taken, and plain scalars get the meaning of YAML 1.2. A document with anything in which the two may
differ, or that has to be counted or refused, is left to ruamel.yaml whole, with its errors: anchors, tags, merge keys,
block scalars, what is in brackets over several lines, escapes, tabs, keys that stand twice, rare numbers and dates,
collections within each other beyond a bound, what is no YAML. So is all, where PyYAML was built without libyaml.
"""

import re
from typing import Any

from yaml.error import YAMLError
from yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

try:
    from yaml.cyaml import CParser
except ImportError:
    CParser = None

NOT_PLAIN: Any = object()
"""Stands for what only the other reader can read."""

_MOST_DEPTH = 50
_UNSURE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\\\\]")
_WORDS = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15}(?:[eE][-+]?[0-9]{1,2})?|[eE][-+]?[0-9]{1,2})")
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.")
_RARE = re.compile(
    r"[-+]?[0-9_][-+0-9._:eETtZzo ]*+|[-+]?\.[-+0-9_eEinfINFaAN]*+|[-+]?0(?:b[01_]*+|x[0-9a-fA-F_]*+)|=|<<"
)
"""whatever may be a number, a time or more in YAML 1.2; the rest is text"""


def plain_yaml(text: str) -> Any:
    """The value of the one document; ``NOT_PLAIN`` where ruamel.yaml must be asked."""
    text = text.replace("\r\n", "\n")
    if CParser is None or _UNSURE.search(text) is not None:
        return NOT_PLAIN
    try:
        return _document(CParser(text).get_event)
    except YAMLError:
        return NOT_PLAIN


def _document(following: Any) -> Any:
    following()  # the beginning of the stream
    event = following()
    if event.__class__ is StreamEndEvent:
        return None
    if event.__class__ is not DocumentStartEvent or event.version or event.tags:
        raise YAMLError
    value = _Nodes(following).node(following(), 0)
    if following().explicit or following().__class__ is not StreamEndEvent:  # "...", or another document
        raise YAMLError
    return value


class _Nodes:
    """Values out of events, the next of which ``following`` gives. What is not plain raises ``YAMLError``."""

    def __init__(self, following: Any) -> None:
        self._following = following
        self._scalars: dict[str, Any] = dict(_WORDS)
        """plain scalars that were seen, with their values"""

    def node(self, event: Any, depth: int) -> Any:
        kind = event.__class__
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind not in (MappingStartEvent, SequenceStartEvent):
            raise YAMLError
        if event.anchor is not None or event.tag is not None or depth == _MOST_DEPTH:
            raise YAMLError
        value, end = (self._mapping if kind is MappingStartEvent else self._sequence)(depth + 1)
        if event.flow_style and event.start_mark.line != end.start_mark.line:
            raise YAMLError
        return value

    def _sequence(self, depth: int) -> tuple[list[Any], Any]:
        found = []
        while (event := self._following()).__class__ is not SequenceEndEvent:
            found.append(self.node(event, depth))
        return found, event

    def _mapping(self, depth: int) -> tuple[dict[Any, Any], Any]:
        found: dict[Any, Any] = {}
        while (event := self._following()).__class__ is not MappingEndEvent:
            key = self._scalar(event) if event.__class__ is ScalarEvent else None
            if key in found or key.__class__ not in (str, int):
                raise YAMLError
            found[key] = self.node(self._following(), depth)
        return found, event

    def _scalar(self, event: Any) -> Any:
        if event.anchor is not None or event.tag is not None or event.start_mark.line != event.end_mark.line:
            raise YAMLError
        text = event.value
        if event.style in ("'", '"'):
            return text
        if event.style in ("|", ">"):
            raise YAMLError
        if text not in self._scalars:
            self._scalars[text] = _meaning(text)
        return self._scalars[text]


def _meaning(text: str) -> Any:
    """Of a plain scalar in YAML 1.2."""
    if _VERSION.match(text) or _RARE.fullmatch(text) is None:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        return float(text)
    raise YAMLError
