"""Records that watched Python processes wrote of themselves, read as processes.

The form is that of ``lineage.guest.recorder``: a line for each fact, a tag and its fields, tab-separated, with ``\\``,
tab and newline escaped. A program can have damaged its record, or been killed in a line: what is no whole line of the
form is left out and counted, a line without its newline silently.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineage.model.run import Process

FORM = "1"
MOST_ANSWER_BYTES = 256 * 1024
MOST_PENDING = 16
"""So many of the last names without a file can have been loaded when a process was killed."""

_NAME = re.compile(r"([0-9]{1,10})-[0-9a-f]{1,32}\.log")
_NUMBER = re.compile(r"[0-9]{1,20}")
_ESCAPED = re.compile(rb"\\(.)")
_LITERAL = {b"n": b"\n", b"t": b"\t"}
_FIELDS = {
    b"start": 7,
    b"forked": 5,
    b"answer": 1,
    b"m": 2,
    b"i": 2,
    b"l": 1,
    b"r": 1,
    b"w": 1,
    b"s": 1,
    b"x": 2,
    b"end": 1,
}
_ALONE = ("__main__", "__mp_main__")


def processes(files: Iterable[tuple[str, bytes]]) -> tuple[Process, ...]:
    """One process for each (file name, content), the earliest first; other files than records are passed over.

    A forked process has its parent's answer and main file, where that left a record. An interpreter inside an
    interpreter, and a program that another one replaced (``exec``), are processes of the same pid.
    """
    records = {name: read for name, content in files if (read := _read(name, content)) is not None}
    ordered = sorted(records.items(), key=lambda one: (one[1].born, one[1].pid, one[0]))
    return tuple(_process(record, _ancestors(record, records)) for _, record in ordered)


@dataclass(kw_only=True)
class _Record:
    """One file, as its lines tell."""

    pid: int
    parent: int = 0
    born: float = 0.0
    program: str = ""
    sees_files: bool = False
    origin: str | None = None
    """file name of the record that a forked process goes on from"""
    answer: dict[str, Any] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    modules: dict[str, str | None] = field(default_factory=dict)
    importers: dict[str, str] = field(default_factory=dict)
    places: dict[bytes, set[str]] = field(default_factory=lambda: {b"l": set(), b"r": set(), b"w": set()})
    started: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    begun: bool = False
    ended: bool = False


def _read(name: str, content: bytes) -> _Record | None:
    matched = _NAME.fullmatch(name)
    if matched is None:
        return None
    record = _Record(pid=int(matched[1]))
    unreadable = 0
    for line in content.split(b"\n")[:-1]:
        if line:
            tag, *fields = line.split(b"\t")
            known = tag == b"p" or _FIELDS.get(tag) == len(fields)
            if not (known and _take(record, tag, [_text(one) for one in fields])):
                unreadable += 1
    if not record.begun:
        record.failures.append("its record does not say how it began")
    if unreadable:
        record.failures.append(f"{unreadable} lines of its record could not be read")
    return record


def _text(value: bytes) -> str:
    plain = _ESCAPED.sub(lambda found: _LITERAL.get(found[1], found[1]), value) if b"\\" in value else value
    return plain.decode("utf-8", "surrogateescape")


def _take(record: _Record, tag: bytes, fields: list[str]) -> bool:
    """Add what one line says; whether it could be understood."""
    if tag in (b"start", b"forked"):
        return _begin(record, tag, fields)
    if tag == b"answer":
        return _answer(record, fields[0])
    if tag == b"m":
        record.modules[fields[0]] = fields[1] or record.modules.get(fields[0])
    elif tag == b"i":
        record.importers.setdefault(fields[0], fields[1])
    elif tag == b"p":
        record.path = tuple(fields)
    elif tag == b"s":
        record.started.append(fields[0])
    elif tag == b"x":
        record.failures.append(": ".join(fields))
    elif tag == b"end":
        record.ended = True
    else:
        record.places[tag].add(fields[0])
    return True


def _begin(record: _Record, tag: bytes, fields: list[str]) -> bool:
    form, pid, parent, born, *rest = fields
    numbers = (pid, parent, born.replace(".", "", 1))
    if record.begun or form != FORM or not all(_NUMBER.fullmatch(one) for one in numbers):
        return False
    if int(pid) != record.pid:
        return False
    record.begun, record.parent, record.born = True, int(parent), float(born)
    if tag == b"forked":
        record.origin = rest[0]
    else:
        record.program, record.sees_files = rest[1], rest[2] == "1"
    return True


def _answer(record: _Record, text: str) -> bool:
    if len(text) > MOST_ANSWER_BYTES:
        return False
    try:
        answer = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    if not isinstance(answer, dict) or not all(isinstance(key, str) for key in answer):
        return False
    record.answer = answer
    return True


def _ancestors(record: _Record, records: Mapping[str, _Record]) -> list[_Record]:
    """The records that a forked process goes on from, nearest first, as far as they are there."""
    found: list[_Record] = []
    while record.origin is not None and record.origin in records:
        record = records[record.origin]
        if record in found:
            break
        found.append(record)
    return found


def _process(record: _Record, ancestors: list[_Record]) -> Process:
    family = [record, *ancestors]
    failures = list(record.failures)
    if family[-1].origin is not None:
        failures.append("the process that it was forked from left no record")
    answer = next((one.answer for one in family if one.answer), {})
    path = next((one.path for one in family if one.path), ())
    modules = {**_unfinished(record), **record.modules}
    return Process(
        pid=record.pid,
        parent=record.parent,
        forked=record.origin is not None,
        ended=record.ended,
        answer={**answer, "path": list(path)} if answer and path else answer,
        main=next((main for one in family if (main := _main(one))), None),
        modules=tuple(sorted((name, file) for name, file in modules.items() if name not in _ALONE)),
        importers=tuple(sorted(record.importers.items())),
        libraries=tuple(sorted(record.places[b"l"])),
        read=tuple(sorted(record.places[b"r"])),
        written=tuple(sorted(record.places[b"w"])),
        sees_files=family[-1].sees_files,
        born=record.born,
        started=tuple(record.started),
        failures=tuple(failures),
    )


def _unfinished(record: _Record) -> dict[str, None]:
    """Names that a killed process can have loaded without having told their file yet."""
    if record.ended:
        return {}
    return dict.fromkeys([name for name in record.importers if name not in record.modules][-MOST_PENDING:])


def _main(record: _Record) -> str | None:
    """A script that imported nothing is known by how it was called."""
    told = [record.modules.get(name) or "" for name in _ALONE]
    called = record.program if record.program.endswith(".py") else ""
    return next((file for file in (*told, called) if file.startswith("/")), None)
