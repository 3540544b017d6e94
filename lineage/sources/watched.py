"""The Python processes of a watched run, from the records that they left."""

from pathlib import Path

from lineage.core.records import processes
from lineage.model.observed import Process
from lineage.system.watching import record_files


def read_records(directory: Path) -> tuple[Process, ...]:
    """Every process that left a record below a run's directory, the earliest first; none where there is none."""
    return processes(record_files(directory))
