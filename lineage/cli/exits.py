"""Outcome or error → exit code: the one table. 1 and 3 never meet."""

from lineage.errors import (
    InputError,
    LackingError,
    LineageError,
    LineageMismatch,
    NotFollowedError,
    ObservationError,
    RepositoryError,
    StoreError,
    WeightsError,
)

GOOD = 0
NOT_GOOD = 1
UNUSABLE = 2
UNDECIDED = 3
DEFECT = 4
INTERRUPTED = 130

_VERDICTS = {"pass": GOOD, "fail": NOT_GOOD, "undecided": UNDECIDED}

_ERRORS: tuple[tuple[type[LineageError], int], ...] = (
    (ObservationError, UNDECIDED),
    (LineageMismatch, NOT_GOOD),
    (LackingError, UNDECIDED),
    (InputError, UNUSABLE),
    (NotFollowedError, UNDECIDED),
    (RepositoryError, UNUSABLE),
    (WeightsError, UNUSABLE),
    (StoreError, UNUSABLE),
)


def of_verdict(verdict: str) -> int:
    """The exit code of a verdict."""
    return _VERDICTS[verdict]


def of_error(error: LineageError) -> int:
    """The exit code of an expected error; a kind that the table lacks is a defect of ours."""
    return next((code for kind, code in _ERRORS if isinstance(error, kind)), DEFECT)
