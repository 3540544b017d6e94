"""Bundles are read and written by the commands: what these start is measured."""

import pytest


@pytest.fixture(autouse=True)
def _measured(measured_children: None) -> None:
    """For every test here."""
