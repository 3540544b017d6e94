"""After training: weights + repository + environment → manifest. Nothing but the caller's own write changes a file."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from lineage import __version__
from lineage.capturing.declared import declared_of
from lineage.capturing.inputs import Recorded, describe_inputs
from lineage.capturing.own_values import published_name, published_tables
from lineage.capturing.problems import ignored_problems, observed_problems
from lineage.capturing.recapture import Recapture, honest
from lineage.capturing.refusals import refuse_named, refuse_unusable
from lineage.capturing.request import Captured, CaptureRequest
from lineage.capturing.stage import describe_stage
from lineage.capturing.use.describe import OWN_DISTRIBUTION, PackageUse, describe_use
from lineage.capturing.use.evidence import Evidence, serving_evidence
from lineage.code.directory import BuildDirectory, CodeDirectory, opened_code
from lineage.code.snapshots.run_code import described, keep_executed, ran_as
from lineage.code.snapshots.take import Wish
from lineage.code.state import RepositoryState, blob_ids, own_file
from lineage.dvc.pointers import enclosing_output
from lineage.dvc.stage_values import overlaid
from lineage.errors import InputError
from lineage.git.repository import GitRepository
from lineage.manifest.files import manifest_path, parse_manifest, require_directory
from lineage.model.inputs import LockedStage
from lineage.model.manifest import SUFFIX, Manifest, StoredManifest, Table, freeze
from lineage.model.run import Serving
from lineage.model.weights import Weights
from lineage.portable.environment import Problem
from lineage.targets.source import ExaminableSource, Examination
from lineage.weights.cache import DigestCache
from lineage.weights.formats.detect import read_contents
from lineage.weights.measure import survey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where a capture takes place. Paths POSIX from the repository root."""

    repository: CodeDirectory
    state: RepositoryState
    weights: tuple[str, ...]
    output: Path
    name: str


def capture(
    request: CaptureRequest,
    source: ExaminableSource,
    *,
    now: datetime,
    advance: Callable[[int], None] | None = None,
) -> Captured:
    """The manifest of some weights, as of now; all that is written is a snapshot of dirty code.

    Raises any ``LineageError`` but ``StoreError``.
    """
    refuse_unusable(request)
    with opened_code(request.paths[0], request.builds) as repository:
        places = _places(request, repository)
        examination = source.examine()
        use = _used(request, places, examination)
        declared = _declared(request, places, use)
        files = _files(request, places, use, declared, advance)
        before, unreadable = _parent(repository, places.output)
        changed, code_files = ran_as(request.started, places.state, repository, use.files)
        code_files = tuple(sorted((*code_files, *blob_ids(places.state, repository, use.held))))
        code, ran = keep_executed(places.state.code, use.session, repository, _executed_limit(request))
        environment = examination.observation.environment
        values, left_out = published_tables(
            {
                "labels": request.labels,
                "params": overlaid(files.params, request.params),
                "metrics": overlaid(files.metrics, request.metrics),
                "environment": dict(environment.variables),
            },
            repository.root,
        )
        found = {*request.problems, *places.state.problems, *use.problems, *files.problems, *changed, *ran, *left_out}
        manifest = Manifest(
            name=places.name,
            created=now.replace(microsecond=0),
            evidence=request.evidence,
            tool=f"{OWN_DISTRIBUTION} {__version__}",
            parent=None if before is None else before.id,
            problems=tuple(sorted({*found, *observed_problems(examination), *unreadable})),
            labels=values["labels"],
            code=replace(code, served=tuple(one for one in use.served if one in dict(code_files)), files=code_files),
            weights=files.weights,
            environment=environment._replace(packages=use.packages, variables=tuple(values["environment"].items())),
            declared=blob_ids(places.state, repository, declared),
            run=_run(request),
            inputs=files.inputs,
            params=values["params"],
            metrics=values["metrics"],
        )
        if before is not None and not _was_watched(request):
            path = _inside(repository.root, [places.output])[0]
            asked = Recapture(before=before, path=path, code=repository, stage=files.stage, force=request.force)
            manifest = honest(manifest, asked)
    return Captured(manifest=manifest, path=places.output, entry=use.entry)


def _was_watched(request: CaptureRequest) -> bool:
    """Whether a run was watched that made the weights; one of which nobody saw what it ran was not."""
    return request.evidence == "observed" and all(one.code != "weights.not-written-by-run" for one in request.problems)


def _places(request: CaptureRequest, repository: CodeDirectory) -> _Places:
    weights = _inside(repository.root, request.paths)
    generated = [*weights, *_inside(repository.root, request.generated, strict=False)]
    limit = request.snapshot_limit
    wish = None if limit is None else Wish(limit=limit, weights=tuple(weights))
    state = described(repository, generated, wish, request.started)
    output = _output(request, weights, state)
    name = _default_name(weights, output) if request.name is None else published_name(request.name, repository.root)
    refuse_named(repository.root, weights, name)
    return _Places(repository=repository, state=state, weights=tuple(weights), output=output, name=name)


def _executed_limit(request: CaptureRequest) -> int | None:
    """How much of what a session ran a snapshot may have; ``None``: the run or its capture asked for none."""
    is_wished = request.started is None or request.started.is_wished
    return request.snapshot_limit if is_wished else None


def _used(request: CaptureRequest, places: _Places, examination: Examination) -> PackageUse:
    entry = None if request.entry is None else _entry(request.entry, places.state, places.repository)
    return describe_use(
        examination,
        places.state,
        weights=places.weights[0],
        entry=entry,
        contents=[(path, read_contents(places.state.root / path, path)) for path in places.weights],
        evidence=request.seen,
        serving=_serving(request.serving, examination, places.state),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """What the weights, the stage that makes them and its inputs tell."""

    weights: tuple[Weights, ...]
    inputs: Table
    params: Table
    metrics: Table
    problems: frozenset[Problem]
    stage: LockedStage | None
    """the run of it that gave the weights"""


def _files(
    request: CaptureRequest,
    places: _Places,
    use: PackageUse,
    declared: Collection[str],
    advance: Callable[[int], None] | None,
) -> _Files:
    repository, state = places.repository, places.state
    known = DigestCache.of(repository) if request.cached and isinstance(repository, GitRepository) else None
    surveys = [survey(repository.root, path, advance=advance, known=known) for path in places.weights]
    weights = tuple(one.weights for one in surveys)
    stage = describe_stage(state, weights, request.files, known)
    recorded = Recorded(
        manifest=_inside(repository.root, [places.output])[0],
        code=use.files,
        others={*places.weights, *declared, *stage.files},
    )
    inputs = describe_inputs(state, recorded, stage.run, request.files, known=known)
    return _Files(
        weights=weights,
        inputs=freeze(inputs.table),
        params=stage.params,
        metrics=stage.metrics,
        problems=frozenset({*ignored_problems(surveys), *stage.problems, *inputs.problems}),
        stage=stage.run,
    )


def _serving(serving: Serving | None, examination: Examination, state: RepositoryState) -> Evidence | None:
    if serving is None:
        return None
    python = examination.observation.environment.python
    return serving_evidence(serving, examination.prefix, python, own_file(state))


def _run(request: CaptureRequest) -> Table:
    serving = request.serving
    table: Table = request.run if serving is None else freeze({**request.run, "serve": serving.command})
    return table


def _inside(root: Path, paths: Sequence[Path], *, strict: bool = True) -> list[str]:
    """Paths as POSIX from the root, links in their last part kept: a DVC cache may link the weights themselves."""
    found = []
    for path in paths:
        real = path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()
        if real.is_relative_to(root) and real != root:
            found.append(real.relative_to(root).as_posix())
        elif strict:
            hint = "a manifest records weights of one repository: move or copy them into it"
            raise InputError(f"is not inside the repository {root}", where=str(path), hint=hint)
    return found


def _output(request: CaptureRequest, weights: Sequence[str], state: RepositoryState) -> Path:
    if request.output is not None:
        if not request.output.name.endswith(SUFFIX) or request.output.name == SUFFIX:
            raise InputError(f"must end in {SUFFIX}", where=str(request.output))
        _inside(state.root, [request.output])
        require_directory(request.output)
        return request.output
    if len(weights) > 1:
        raise InputError("several paths are one model: name its manifest with -o", hint=f"-o models/NAME{SUFFIX}")
    output = enclosing_output(weights[0], state.outputs)
    path = state.root / manifest_path(weights[0], None if output is None else output.path)
    taken = _recorded_weights(path)
    if taken and weights[0] not in taken:
        hint = f"name another with -o NAME{SUFFIX}"
        raise InputError(f"is the manifest of {', '.join(taken)}", where=str(path), hint=hint)
    return path


def _recorded_weights(path: Path) -> list[str]:
    if not path.is_file():
        return []
    return [one.path for one in parse_manifest(path.read_bytes(), str(path)).manifest.weights]


def _default_name(weights: Sequence[str], output: Path) -> str:
    """The path without its suffix; of several weights, the manifest's."""
    if len(weights) > 1:
        return output.name[: -len(SUFFIX)]
    directory, slash, base = weights[0].rpartition("/")
    stem = base.rpartition(".")[0] or base
    return directory + slash + stem


def _entry(entry: Path, state: RepositoryState, repository: CodeDirectory) -> str:
    if not entry.is_file():
        raise InputError("there is no such entry script", where=str(entry))
    path = _inside(state.root, [entry])[0]
    if path not in state.paths and isinstance(repository, BuildDirectory):
        hint = "name a script outside of environments, installed packages and caches"
        raise InputError("the entry script lies where no code of the project is looked for", str(entry), hint)
    if path not in state.paths:
        raise InputError("the entry script is ignored by git", where=str(entry), hint="track it: git add -f")
    return path


def _declared(request: CaptureRequest, places: _Places, use: PackageUse) -> Collection[str]:
    state, command = places.state, request.run.get("command")
    return declared_of(
        request.models,
        places.name,
        places.weights,
        (use.entries, use.files),
        command if isinstance(command, tuple) else (),
        state.paths,
        lambda path: (state.root / path).read_bytes(),
    )


def _parent(repository: CodeDirectory, output: Path) -> tuple[StoredManifest | None, tuple[Problem, ...]]:
    """The manifest committed at HEAD, and what keeps it from being told."""
    path = _inside(repository.root, [output])[0]
    try:
        return committed(repository, path), ()
    except InputError as error:
        return None, (Problem("manifest.parent-unreadable", path, f"as committed at HEAD: {error.message}"),)


def committed(repository: CodeDirectory, path: str) -> StoredManifest | None:
    """The manifest that HEAD has at a path; ``None`` for none. Raises ``InputError`` where it cannot be read."""
    content = repository.read_at("HEAD", path)
    return None if content is None else parse_manifest(content, path)
