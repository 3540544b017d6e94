"""The console script ``lineage``, by a name of its own: what is called ``lineage`` on PYTHONPATH is not imported."""

import os
import sys


def main() -> None:
    """The command line, begun again first where the caller's variables bring other code in front of it."""
    place = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - nothing is imported from elsewhere yet
    sys.path.insert(0, place)
    from lineage.system.surroundings import start_again

    start_again()
    sys.path.remove(place)
    from lineage.cli.main import main as run

    run()
