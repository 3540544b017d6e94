"""Asks DVC what needs more than reading: is the content in the default remote; and, when told so, track it."""

import os
import sys
from pathlib import Path

from lineage.dvc.tracking import dvc_project, opened, quiet
from lineage.errors import RepositoryError, WeightsError
from lineage.system.process import run

_ADD_TIMEOUT_S = 24 * 3600.0


def missing_in_remote(root: Path, path: str) -> int | None:
    """How many objects of a DVC output (POSIX, from ``root``) its default remote lacks; ``None`` without a remote.

    Raises ``RepositoryError`` when DVC does not track it, or the remote cannot be asked.
    """
    with quiet():
        from dvc.config import NoRemoteError
        from dvc.exceptions import DvcException

        try:
            with opened(root) as repo:
                location = os.path.normpath(Path(repo.root_dir) / path)
                infos = [out.hash_info for out in repo.index.outs if out.fs_path == location and out.hash_info]
                if not infos:
                    raise RepositoryError("is not an output of its own that DVC tracks", where=path)
                state = repo.cloud.status(infos)
        except NoRemoteError:
            return None
        except (DvcException, OSError) as error:
            raise RepositoryError(f"DVC cannot ask its remote: {error}", where=path) from error
    return len(state.new) + len(state.missing)


def track(root: Path, path: str) -> None:
    """``dvc add`` of a path (POSIX, from ``root``), in the nearest DVC project around it.

    It is DVC's own program, so that all of its rules hold. Raises ``WeightsError`` with what DVC says when it refuses.
    """
    project, inside = dvc_project(root, path)
    env = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    ended = run([sys.executable, "-m", "dvc", "add", "--", inside], env=env, cwd=project, timeout_s=_ADD_TIMEOUT_S)
    if ended.status:
        said = [line for line in ended.stderr.decode("utf-8", "replace").splitlines() if line.startswith("ERROR")]
        reason = said[0].partition(":")[2].strip() if said else f"status {ended.status}"
        raise WeightsError(f"dvc add refused it: {reason}", where=path, hint="run dvc add by hand to see all it says")
