"""A plan in every format of ``formats.FORMATS``."""

from lineage.model.plan import Plan
from lineage.report.plan import FORMS
from lineage.report.text import Style


def render_plan(plan: Plan, form: str, style: Style) -> str:
    """The plan in one of the formats."""
    if form in FORMS:
        return FORMS[form](plan, style)
    from lineage.report.planci import CI_FORMS

    return CI_FORMS[form](plan, style)
