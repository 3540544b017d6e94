"""The only list of report formats: a name, and the module that renders a report in it when it is asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineage.model.report import Report
    from lineage.report.text import Style

Renderer = Callable[["Report", "Style"], str]

FORMATS: Mapping[str, str] = {
    "text": "lineage.report.text",
    "json": "lineage.report.json_document",
    "markdown": "lineage.report.markdown",
    "github": "lineage.report.github",
    "junit": "lineage.report.junit",
    "sarif": "lineage.report.sarif",
}
"""Of verdicts and comparisons. Each module has a ``render``: (report, style) → text."""

BASIC_FORMATS = ("text", "json", "markdown")
"""Of lists and single manifests."""


def render(report: "Report", form: str, style: "Style") -> str:
    """The report in one of ``FORMATS``."""
    renderer: Renderer = import_module(FORMATS[form]).render
    return renderer(report, style)
