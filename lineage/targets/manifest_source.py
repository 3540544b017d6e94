"""A manifest as target: the environment that it records."""

from lineage.model.manifest import StoredManifest
from lineage.portable.environment import Observation
from lineage.targets.source import Identify, every_name


class RecordedSource:
    """A ``manifest:MANIFEST`` target. What its capture could not see stays unseen."""

    def __init__(self, stored: StoredManifest) -> None:
        self._stored = stored

    def observe(self, identify: Identify = every_name) -> Observation:
        return Observation(
            environment=self._stored.manifest.environment,
            kind="manifest",
            location=self._stored.path,
            installed=False,
        )
