"""The only list of report formats: a name, and what renders a report in it."""

from collections.abc import Callable, Mapping

from lineage.model.report import Report
from lineage.report.text import Style

Renderer = Callable[[Report, Style], str]


def _text(report: Report, style: Style) -> str:
    from lineage.report.text import render_text

    return render_text(report, style)


def _json(report: Report, style: Style) -> str:
    from lineage.report.jsondoc import render_json

    return render_json(report)


def _markdown(report: Report, style: Style) -> str:
    from lineage.report.markdown import render_markdown

    return render_markdown(report)


FORMATS: Mapping[str, Renderer] = {"text": _text, "json": _json, "markdown": _markdown}
