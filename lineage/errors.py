"""Every failure that a user can meet: what is wrong, where, and what to do next.

A difference is a value; an exception means "could not find out". The tree is sorted by what the reader must
go and fix. Python 3.6 syntax: this file travels with the portable layer.
"""

from typing import Optional


class LineageError(Exception):
    """The root of everything that this package raises on purpose.

    ``message`` says what is wrong, ``where`` names the file and key, the command or the (redacted) address,
    ``hint`` says what to do next.
    """

    def __init__(self, message: str, where: Optional[str] = None, hint: Optional[str] = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = "{}: {}".format(self.where, self.message) if self.where else self.message
        return "{}\n  {}".format(text, self.hint) if self.hint else text


class InputError(LineageError):
    """What was typed or read is unusable: an option, a manifest, a lock, a policy."""


class LackingError(InputError):
    """A clone lacks an object of git that something was to be read from."""


class ObservationError(LineageError):
    """The target could not be observed: it did not answer, hung, or is too old to describe."""


class RepositoryError(LineageError):
    """The git repository is missing or not in a state that can be recorded."""


class NoRepositoryError(RepositoryError):
    """There is no git repository around a path at all."""


class NotFollowedError(RepositoryError):
    """A server did not answer, and a program that the repository's own configuration names was not followed."""


class WeightsError(LineageError):
    """The weights are missing, unreadable, or changed while they were read."""


class StoreError(LineageError):
    """A file of ours could not be written; what stood there before still stands."""


class LineageMismatch(LineageError):
    """A model was required to fit and does not; ``report`` holds the whole answer."""

    def __init__(self, message: str, report: object) -> None:
        super().__init__(message)
        self.report = report
