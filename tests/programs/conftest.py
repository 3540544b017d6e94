"""What the proofs of a session found, told at its end."""

import pytest

from tests.programs.proof import Proof, table

_PROOFS: dict[str, Proof] = {}


@pytest.fixture(scope="session")
def proofs() -> dict[str, Proof]:
    """Program → its proof; whoever proves one adds it, so that each is proved once."""
    return _PROOFS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _PROOFS:
        terminalreporter.section("uses of real programs, proved")
        for line in table(_PROOFS):
            terminalreporter.write_line(line)
