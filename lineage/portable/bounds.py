"""What metrics must hold where a model serves, as a policy bounds them: ``auc = ">=0.88"``."""

import operator
import re
from decimal import Decimal
from typing import List, Tuple

from lineage.portable.reading import Reader

_BOUND = r"(>=|<=|>|<) ?([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:e[+-]?[0-9]{1,3})?)"
_HOLDS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def read_bounds(reader: Reader) -> Tuple[Tuple[str, str], ...]:
    """(metric, bound) of a table, in the order written; those of tables in it by dotted names."""
    found: List[Tuple[str, str]] = []
    for name in reader.remaining():
        if isinstance(reader.peek(name), dict):
            found += [("{}.{}".format(name, inner), bound) for inner, bound in read_bounds(reader.table(name))]
        else:
            found.append((name, reader.matching(name, _BOUND, "a bound, as '>=0.88'")))
    return tuple(found)


def is_within(bound: str, value: Decimal) -> bool:
    """Whether a value is as a bound asks, by its decimal digits."""
    found = re.match(_BOUND, bound)
    return found is not None and bool(_HOLDS[found.group(1)](value, Decimal(found.group(2))))
