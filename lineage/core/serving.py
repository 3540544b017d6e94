"""What a watched serving command tells: of the model's own environment, whole, and only if it loaded the model."""

from collections.abc import Collection

from lineage.core.evidence import Evidence, OwnFile, gather
from lineage.errors import ObservationError
from lineage.model.observed import Serving


def serving_evidence(serving: Serving, prefix: str, python: str | None, own: OwnFile) -> Evidence:
    """What the command loaded in the environment at ``prefix``. Raises ``ObservationError`` where that is not whole."""
    where = " ".join(serving.command)
    chosen = next((one for one in serving.processes if _is_of(one.answer, prefix, python)), None)
    if chosen is None:
        hint = "serve with the Python that trained, and not with -I, -E or -S"
        raise ObservationError("ran no Python of the model's environment that could be watched", where, hint)
    evidence, problems = gather(serving.processes, chosen, serving.unwatched, own)
    if problems:
        told = "; ".join(f"{problem.subject}: {problem.detail}" for problem in problems)
        raise ObservationError(f"could not be watched whole: {told}", where)
    return evidence


def _is_of(answer: object, prefix: str, python: str | None) -> bool:
    return isinstance(answer, dict) and (answer.get("prefix"), answer.get("python")) == (prefix, python)


def require_model_loaded(evidence: Evidence, named: Collection[str], loaded: Collection[str], weights: str) -> None:
    """Raises ``ObservationError`` unless the command loaded the model: else it would make everything look unused.

    ``named`` are the distributions that the weights name, ``loaded`` those that the command loaded; ``weights`` is an
    absolute path.
    """
    missing = sorted(set(named) - set(loaded))
    if missing:
        message = f"did not load {', '.join(missing)}, which the weights name: it did not load the model"
        raise ObservationError(message, "the serving command", "name one that loads the model and predicts")
    if not named and not any(path == weights or path.startswith(weights + "/") for path in evidence.read):
        message = "was not seen to read the weights, so nothing tells that it loaded the model"
        raise ObservationError(message, "the serving command", "name one that loads the model and predicts")
