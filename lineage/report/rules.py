"""What the codes of findings mean to people, for the formats that list their rules."""

from lineage.portable.judge import RULES, Rule

UNSEEN = Rule("not-observed", "could not be seen", "make it visible to the target's reader, or accept it by name")
"""Of an unknown: the one rule that is no finding."""

_BY_CODE = {rule.code: rule for rule in RULES}


def title_of(code: str) -> str:
    """The title of a rule; the code itself for what only ``diff`` shows."""
    rule = _BY_CODE.get(code)
    return code if rule is None else rule.title


def hint_of(code: str) -> str:
    """What to do about a failure."""
    rule = _BY_CODE.get(code)
    return "" if rule is None else rule.hint
