"""A format of weights as a test adds it, by one row of ``lineage.weights.formats.detect.READERS``."""

from typing import BinaryIO

from lineage.model.weights import Contents
from lineage.weights.formats.gathering import Gathered


def recognise(head: bytes, name: str) -> bool:
    return head.startswith(b"TOY1")


def read(stream: BinaryIO, size: int, subject: str) -> Contents:
    return Gathered(subject).contents("toy", loaders=[("toylib",)])
