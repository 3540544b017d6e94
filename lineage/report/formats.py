"""The only list of report formats: a name, and the module that renders in it when it is asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from lineage.model.plan import Plan
    from lineage.model.report import Report
    from lineage.report.text import Style

Form = TypeVar("Form")
Renderer = Callable[["Report", "Style"], str]
PlanRenderer = Callable[["Plan", "Style"], str]

FORMATS: Mapping[str, str] = {
    "text": "lineage.report.text",
    "json": "lineage.report.json_document",
    "markdown": "lineage.report.markdown",
    "github": "lineage.report.github",
    "junit": "lineage.report.junit",
    "sarif": "lineage.report.sarif",
}
"""Of verdicts, comparisons and plans. Each module has a ``render``: (report, style) → text; those that are read by CI
systems have a ``render_plan``: (plan, style) → text."""

BASIC_FORMATS = ("text", "json", "markdown")
"""Of lists and single manifests."""


def render(report: "Report", form: str, style: "Style") -> str:
    """The report in one of ``FORMATS``."""
    renderer: Renderer = import_module(FORMATS[form]).render
    return renderer(report, style)


def render_plan(plan: "Plan", form: str, style: "Style") -> str:
    """The plan in one of ``FORMATS``."""
    if form in BASIC_FORMATS:
        forms: Mapping[str, PlanRenderer] = import_module("lineage.report.plan").FORMS
        return forms[form](plan, style)
    renderer: PlanRenderer = import_module(FORMATS[form]).render_plan
    return renderer(plan, style)


def by_form(text: Form, json: Form, markdown: Form) -> Mapping[str, Form]:
    """What an answer is in each of ``BASIC_FORMATS``."""
    return dict(zip(BASIC_FORMATS, (text, json, markdown), strict=True))
