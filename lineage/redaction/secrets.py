"""The one judge of secrets: what looks like one in a text that is about to be published.

Allow-lists keep secrets out where we collect; this finds what a user's own words and values (commands, labels, metrics,
parameters, new files) bring in: by its shape, as the issuers document it, or by its name. Every pattern needs linear
time; the secret is never shown.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from lineage.portable.reading import key_path
from lineage.redaction.named import is_named_secret, is_random

REDACTED = "<redacted>"

_SHAPES = (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{22,255}\b"),
    ("a GitLab token", r"\bgl(?:pat|dt|rt|cbt|ptt|ft)-[A-Za-z0-9_-]{20,}"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}\b"),
    ("a Slack token", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}"),
    ("a Slack address", r"\bhooks\.slack\.com/services/T\w{1,99}/\w{1,99}/\w+"),
    ("a Stripe key", r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("an API key", r"\b(?:sk-[\w-]{20,}|gsk_[A-Za-z0-9]{40,}|nvapi-[\w-]{40,}|r8_[A-Za-z0-9]{37}\b)"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}|\bya29\.[0-9A-Za-z_-]{20,}|\bGOCSPX-[0-9A-Za-z_-]{20,}"),
    ("a package index token", r"\bpypi-[A-Za-z0-9_-]{50,}|\bnpm_[A-Za-z0-9]{36}\b"),
    (
        "a private key",
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[\s\S])*(?:-----END [A-Z ]{0,60}-----)?",
    ),
    ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("credentials in an address", r"://[^\s/:@\"']{1,255}:[^\s/@\"']{1,255}@"),
    ("a storage key", r"\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{20,}={0,2}|\bsig=[A-Za-z0-9+/%]{30,}={0,2}"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    (
        "an access token",
        r"\b(?:dapi[0-9a-f]{32}|dop_v1_[0-9a-f]{64}|dckr_pat_[\w-]{20,}|shp[acs][ats]_[0-9a-fA-F]{32})",
    ),
    ("a Weights & Biases key", r"(?i:\bwandb\W{1,3}(?:login|api_?key|key)\W{1,9}(?:key\W{1,4})?)[0-9a-f]{40}\b"),
    ("a password", r"(?:\b|_)login\s+\S{1,255}\s+password\s+\S+"),
)
_ANY = re.compile("|".join(f"({pattern})" for _, pattern in _SHAPES))
_MARKS = {
    "an AWS access key": ("AKIA", "ASIA"),
    "a GitHub token": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    "a GitLab token": ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-"),
    "a Hugging Face token": ("hf_",),
    "a Slack token": ("xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-", "xapp-"),
    "a Slack address": ("hooks.slack.com",),
    "a Stripe key": ("k_live_", "k_test_"),
    "an API key": ("sk-", "gsk_", "nvapi-", "r8_"),
    "a Google API key": ("AIza", "ya29.", "GOCSPX-"),
    "a package index token": ("pypi-", "npm_"),
    "a private key": ("PRIVATE KEY",),
    "a JSON web token": (".eyJ",),
    "credentials in an address": ("://",),
    "a storage key": ("Key=", "sig="),
    "a SendGrid key": ("SG.",),
    "an access token": ("dapi", "dop_v1_", "dckr_pat_", "shp"),
    "a Weights & Biases key": ("wandb", "WANDB"),
    "a password": ("login",),
}
"""What is in each shape: most files have none of these, and are not searched any more."""
_ONE = tuple((what, _MARKS[what], re.compile(pattern)) for what, pattern in _SHAPES)

_USER = re.compile(r"://(?:[^\s/@:\"']{1,255}:(?!\d{1,5}(?:[/?#]|$))[^\s\"'@]{1,255}@|[^\s/@\"']{1,512}@)+")
_USER_BUT_OF_SSH = re.compile(rf"(?<!ssh){_USER.pattern}")
_QUERY = re.compile(r"(://[^\s?#\"']{1,2048})[?#][^\s\"']*")
_LOGIN = re.compile(r"(?<![\w/@:.+-])([A-Za-z][\w.+-]{0,100}):[^\s:/@\"'=,]{1,255}@(?!sha\d)(?=[\w.-]+(?:[:/(]|$|\s))")
_BEARER = re.compile(
    r"\b(Bearer|Basic|Token|bearer)(\s+)((?=[^\s\"']*\d)[A-Za-z0-9._~+/=-]{8,}|[A-Za-z0-9._~+/=-]{24,})"
)
_NAME = re.compile(
    r"(?<![\w-])(-{0,2}[A-Za-z_][\w.-]{0,200})([\\\"']{0,40}\s{0,4}(?:=>|:=|[:=])\s{0,4}(?:[\\\"']{2,40}(?=[\"'][^\"']))?)"
)
_OPTION = re.compile(r"(?<!\S)(-{1,2}[A-Za-z][\w.-]{0,200})(\s+)(?!-{1,2}[A-Za-z])")
_VALUE = re.compile(r"\\?\"(?:[^\"\\]|\\(?!\").){0,2048}\\?\"|'[^']{0,2048}'|[^\s,;&|\"'}\])]{1,2048}")
_WORD = re.compile(r"(?:\"(?:[^\"\\]|\\.){0,2048}\"|'[^']{0,2048}'|[^\s\"']){1,2048}|\S+")
_MORE = re.compile(r"[^\s,;&|\"'}\])]*")
_OF_PROGRAMS = tuple(
    (re.compile(rf"\b(?:{names})\s[^|;&\n]*"), re.compile(rf"(?<=\s)({option})[^\s-]\S*"))
    for names, option in (
        (r"mysql(?:dump|admin)?|mariadb|sshpass|mongo(?:sh|dump)?|twine|(?:docker|podman|helm)\s+login", r"-p\s?"),
        ("redis-cli", r"-a\s+"),
        ("curl", r"-u\s?[^\s:]{1,99}:|-b\s*"),
        ("ldapsearch", r"-w\s+"),
        ("sqlcmd|bcp", r"-P\s+"),
    )
)
"""(programs with their words, the options that give a password by their custom), within a command line as after
``sh -c``; how far a program's words go is not told by quotes: another program's may be among them."""
_HEADER = re.compile(r"(?i)(?:proxy-?)?authorization|(?:set-?)?cookie")
_REST = re.compile(r"[^\"'\r\n]{1,8192}")
_LITERAL = re.compile(
    r"[:=]>?[ \t]{0,4}(?:([\"'])([^\"'\s]{8,300})\1|([^\"'\s,;(){}\[\]:=]{16,300}={0,2})[ \t]*$)", re.MULTILINE
)
_ITS_NAME = re.compile(r"([A-Za-z_][\w.-]*)[\"']?[ \t]{0,4}[:=]?\Z")
_LONGEST_NAME = 80


def find_shape(text: str) -> tuple[int, str] | None:
    """(line, what it looks like) of the first text that has the shape of a secret; ``None`` when there is none."""
    searched = ((what, pattern.search(text)) for what, marks, pattern in _ONE if any(mark in text for mark in marks))
    found = [(match.start(), what) for what, match in searched if match is not None]
    if not found:
        return None
    start, what = min(found)
    return text.count("\n", 0, start) + 1, what


def find_secret(text: str) -> tuple[int, str] | None:
    """The same of a file: also a random text that is given to a name of secrets, as in ``api_key = "…"``."""
    found = find_shape(text)
    if found is not None:
        return found
    start = next((start for start, _ in _literals(text)), None)
    return None if start is None else (text.count("\n", 0, start) + 1, "a secret by its name")


def _literals(text: str) -> Iterator[tuple[int, str]]:
    """(where it stands, random value) of what is given to a name of secrets."""
    for match in _LITERAL.finditer(text):
        value = match[2] or match[3]
        if is_random(value):
            name = _ITS_NAME.search(text[max(0, match.start() - _LONGEST_NAME) : match.start()])
            if name is not None and is_named_secret(name[1], value):
                yield match.start(), value


def secrets_of(text: str) -> frozenset[str]:
    """All that ``find_secret`` finds: to tell whether a text has more of them than another."""
    shapes = (
        match[0]
        for _, marks, pattern in _ONE
        if any(mark in text for mark in marks)
        for match in pattern.finditer(text)
    )
    return frozenset(shapes) | {value for _, value in _literals(text)}


def without_secrets(text: str) -> str:
    """The text without what looks like a secret: of an address, also the user, the query and the fragment."""
    return redacted(_QUERY.sub(r"\1", _USER.sub(f"://{REDACTED}@", text)))


def redacted(text: str) -> str:
    """The text without shapes of secrets, and without the values of what is named like one."""
    text = _USER_BUT_OF_SSH.sub(f"://{REDACTED}@", _ANY.sub(REDACTED, text))
    for program, option in _OF_PROGRAMS:
        text = program.sub(partial(_without_given, option), text)
    text = _BEARER.sub(rf"\1\2{REDACTED}", _LOGIN.sub(rf"\1:{REDACTED}@", text))
    return _without_named(_without_named(text, _OPTION, _WORD), _NAME, _VALUE)


def _without_given(option: re.Pattern[str], words: re.Match[str]) -> str:
    return option.sub(rf"\1{REDACTED}", words[0])


def _without_named(text: str, names: re.Pattern[str], values: re.Pattern[str]) -> str:
    parts: list[str] = []
    done, match = 0, names.search(text)
    while match is not None:
        is_header = names is _NAME and _HEADER.fullmatch(match[1])
        value = (_REST if is_header else values).match(text, match.end())
        end = match.end()
        if value is not None and is_named_secret(match[1], _bare(value[0])):
            parts += [text[done : value.start()], _like(value[0])]
            more = _MORE.match(text, value.end()) if value[0][-1] not in "\"'" else None
            done = end = value.end() if more is None else more.end()
        match = names.search(text, end)
    return "".join((*parts, text[done:])) if parts else text


def _bare(value: str) -> str:
    return value.strip("\\\"'")


def _like(value: str) -> str:
    """What stands for a value, in its quotes."""
    quote = re.match(r"\\?[\"']?", value)
    around = quote[0] if quote else ""
    return f"{around}{REDACTED}{around}"


def secret_key(value: object, path: str = "") -> tuple[str, str] | None:
    """(key path, what it looks like) of the first value or key of a document that has the shape of a secret.

    A key is named by the table that it stands in.
    """
    return next(_secret_keys(value, path), None)


def _secret_keys(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _secret_keys(str(key), f"a key in {path or 'the document'}")
            yield from _secret_keys(one, key_path(path, str(key)))
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from _secret_keys(one, f"{path}[{index}]")
    elif isinstance(value, str):
        found = find_shape(value)
        if found is not None:
            yield path, found[1]
