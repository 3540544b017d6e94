"""Reads YAML that others wrote: plain data only, in bounded time and memory.

No tag is honoured, so nothing but dicts, lists and plain scalars is ever built. Aliases are, as ``dvc.yaml`` may
use them, but what they expand to is counted: nine short lines can stand for a thousand million nodes.
"""

import re
from typing import TYPE_CHECKING, Any

from lineage.errors import InputError

if TYPE_CHECKING:
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer
    from ruamel.yaml.constructor import SafeConstructor

_MOST_DEPTH = 100
_MOST_ALIASED = 100_000
"""nodes that all aliases of a file may stand for together"""

_DIRECTIVE = re.compile("(?:^|[\r\n\x85\u2028\u2029])%")
"""one for another version would change what the rest means, and ruamel.yaml asserts on some"""

_HINT = "correct the file, or restore the version that git holds"


def read_yaml(text: bytes, where: str, *, limit: int = 8 << 20) -> object:
    """The one document of a YAML file (YAML 1.2, UTF-8), ``None`` when it is empty.

    ``where`` names the file in errors; ``limit`` is in bytes.

    Raises InputError, with file and line, when it is larger, not YAML, has a duplicate key, a tag, a
    directive, several documents, an alias inside of what it names, or is nested or expanded beyond bounds.
    """
    # Imported here: most commands read no YAML.
    from lineage.system.plainyaml import NOT_PLAIN, plain_yaml

    if len(text) > limit:
        raise InputError(f"{len(text)} bytes, and no more than {limit} are read", where, "split the file")
    decoded = _decode(text, where)
    value: object = plain_yaml(decoded)
    return read_whole_yaml(decoded, where) if value is NOT_PLAIN else value


def read_whole_yaml(decoded: str, where: str) -> object:
    """``read_yaml`` of a text, by ruamel.yaml alone: all of YAML 1.2, and what is wrong by name."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        value: object = _reader().load(decoded)
    except ReaderError as error:
        place = _place(where, decoded, error.position)
        raise InputError(f"unusable YAML: the character U+{error.character:04X}", place, _HINT) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = where if mark is None else f"{where}:{mark.line + 1}"
        message = str(error.problem or error.context).partition("\n")[0]
        raise InputError(f"unusable YAML: {message}", place, _HINT) from error
    except YAMLError as error:
        raise InputError(f"unusable YAML: {error}", where, _HINT) from error
    except RecursionError as error:
        raise InputError("unusable YAML: nested too deeply", where, _HINT) from error
    return value


def _decode(text: bytes, where: str) -> str:
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place(where, text[: error.start].decode("utf-8"), error.start)
        raise InputError("not UTF-8 text", place, _HINT) from error
    directive = _DIRECTIVE.search(decoded)
    if directive is not None:
        place = _place(where, decoded, directive.end())
        raise InputError("unusable YAML: directives are not read here", place, _HINT)
    return decoded


def _place(where: str, text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"{where}:{line}"


def _reader() -> "YAML":
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _bounded_composer()
    yaml.Constructor = _located_constructor()
    return yaml


class _Bounds:
    """Counts what is composed; each method gives what is wrong with the next node, or ``None``."""

    def __init__(self) -> None:
        self.depth = self.nodes = self.aliased = 0
        self.weights: dict[str, int] = {}
        """nodes below each anchor that is complete"""

    def alias(self, anchor: str, known: bool) -> str | None:
        if known and anchor not in self.weights:
            return f"the alias *{anchor} stands inside of what it names"
        weight = self.weights.get(anchor, 0)
        self.nodes += weight
        self.aliased += weight
        return f"the aliases stand for more than {_MOST_ALIASED} nodes" if self.aliased > _MOST_ALIASED else None

    def enter(self, anchor: str | None, implicit: object) -> str | None:
        if implicit in (False, (False, False)):
            return "tags are not read here"
        self.weights.pop(anchor or "", None)
        self.nodes += 1
        self.depth += 1
        return f"nested more than {_MOST_DEPTH} deep" if self.depth > _MOST_DEPTH else None

    def leave(self, anchor: str | None, before: int) -> None:
        self.depth -= 1
        if anchor is not None:
            self.weights[anchor] = self.nodes - before


def _bounded_composer() -> "type[Composer]":
    from ruamel.yaml.composer import Composer, ComposerError
    from ruamel.yaml.events import AliasEvent
    from ruamel.yaml.nodes import ScalarNode

    class BoundedComposer(Composer):
        def __init__(self, loader: Any = None) -> None:
            super().__init__(loader=loader)
            self.warn_double_anchors = False
            self.bounds = _Bounds()

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.parser.peek_event()
            anchor, before = event.anchor, self.bounds.nodes
            if isinstance(event, AliasEvent):
                wrong = self.bounds.alias(anchor, anchor in self.anchors)
            else:
                wrong = self.bounds.enter(anchor, event.implicit)
            if wrong is not None:
                raise ComposerError(None, None, wrong, event.start_mark)
            node = super().compose_node(parent, index)
            if not isinstance(event, AliasEvent):
                self.bounds.leave(anchor, before)
            return node

        def compose_mapping_node(self, anchor: Any) -> Any:
            # ruamel.yaml itself does not look for duplicates in a mapping that has a merge key.
            node = super().compose_mapping_node(anchor)
            seen = set()
            for key, _ in node.value:
                name = (str(key.tag), key.value) if isinstance(key, ScalarNode) else None
                if name in seen:
                    raise ComposerError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
                if name is not None:
                    seen.add(name)
            return node

    return BoundedComposer


def _located_constructor() -> "type[SafeConstructor]":
    from ruamel.yaml.constructor import ConstructorError, SafeConstructor

    class LocatedConstructor(SafeConstructor):
        def construct_object(self, node: Any, deep: bool = False) -> Any:
            try:
                return super().construct_object(node, deep)
            except (ValueError, OverflowError) as error:  # 2024-13-45, or a number of 5,000 digits
                raise ConstructorError(None, None, str(error), node.start_mark) from error

    return LocatedConstructor
