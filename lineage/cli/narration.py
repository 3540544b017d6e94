"""What a capture tells on stderr."""

from lineage.capturing.capture import Captured
from lineage.cli.emit import say
from lineage.model.manifest import StoredManifest


def narrate(captured: Captured, stored: StoredManifest, changed: bool, quiet: bool) -> None:
    """What was captured, line by line."""
    say(f"entry: {captured.entry}", quiet)
    if stored.manifest.code.is_snapshot:
        say(f"snapshot: {stored.manifest.code.commit}", quiet)
    say(f"packages: {len(stored.manifest.environment.packages)} ({_uses(stored)})", quiet)
    for problem in stored.manifest.problems:
        say(f"problem: {problem.code}: {problem.subject}: {problem.detail}", quiet)
    say(f"{'written' if changed else 'unchanged'}: {stored.id[:19]}", quiet)


def _uses(stored: StoredManifest) -> str:
    counted: dict[str, int] = {}
    for package in stored.manifest.environment.packages:
        counted[package.use] = counted.get(package.use, 0) + 1
    return ", ".join(f"{number} {use}" for use, number in sorted(counted.items())) or "none"
