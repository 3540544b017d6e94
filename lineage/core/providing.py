"""Which package may take another's place, by their names alone: what a package provides is not known without it.

Wheels of one project for other machines are named alike: ``opencv-python-headless``, ``psycopg2-binary``,
``tensorflow-cpu``, ``cupy-cuda12x``.
"""

import re

from lineage.portable.environment import Package
from lineage.portable.names import canonical_name

_VARIANTS = re.compile(
    r"headless|contrib|cpu|gpu|gpus|binary|nightly|simd|directml|dml|openvino|macos|silicon|metal|mkl|intel|training"
    r"|cuda[0-9]*x?|cu[0-9]+|rocm[0-9]*|xpu|tpu|unofficial|prebuilt"
)
_SPELLINGS = {"tf": "tensorflow", "pytorch": "torch", "sklearn": "scikit-learn"}


def may_replace(name: str, package: Package) -> bool:
    """Whether a package of this name may provide what a recorded one does."""
    if name == package.name:
        return False
    return stem(name) == stem(package.name) or name in provided(package)


def stem(name: str) -> str:
    """A canonical name without what tells the variants of one project apart."""
    words = [word for word in name.split("-") if not _VARIANTS.fullmatch(word)]
    found = "-".join(words) or name
    return _SPELLINGS.get(found, found)


def provided(package: Package) -> tuple[str, ...]:
    """The canonical forms of the top-level import names that a recorded package provides for the model."""
    return tuple(sorted({canonical_name(module.partition(".")[0]) for module in package.modules}))
