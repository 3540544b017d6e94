"""Whether a value is a secret by the name that it has: ``--api-key X``, ``db.password=X``, ``{"token": "X"}``.

The last word of a name says what the value is: ``max_token_length`` is a length, ``eos_token`` and ``sort_key`` are
ordinary words of training. Of a name that may be either, the value decides: only one that looks random is a secret.
A file that holds a secret is named by ``password_file``, which is none itself.
"""

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DROPPED = frozenset(
    str.split(
        "value val str string text raw plain b64 base64 prod production dev staging test default main old new "
        "backup current primary secondary"
    )
)
"""What may stand behind the word that counts: ``HF_TOKEN_PROD``, ``password2``, ``auth.value``."""

_PASSWORD = re.compile(r".*(?:password|passwd|passphrase|passwort|secret|apikey)s?|pwd|pw|creds?|credentials?|sshpass")
_KEY_OF = frozenset(
    str.split(
        "api access secret private account auth encryption signing master service deploy storage subscription "
        "license client app application wandb comet neptune openai anthropic azure aws hf mlflow shared server "
        "write"
    )
)
_JOINED_KEY = re.compile(r".*(?:access|secret|private|account|auth)keys?")
_OF_TEXT = frozenset(
    str.split(
        "eos bos pad unk mask sep cls image audio video special start end stop begin user assistant system tool "
        "prompt next prev previous first last empty blank new per decoder boi eoi extra"
    )
)
"""Tokens of a tokenizer."""

_KINDS_OF_PASS = frozenset(
    str.split("low high band all multi single one two forward backward first second by max num n")
)
_ABOUT = frozenset(
    str.split(
        "length len size sizes count counts limit num number min max minimum maximum policy file files filename "
        "path paths dir directory folder name names type types kind format regex pattern field column columns env "
        "var variable url uri host id ids index manager store provider rotation ttl expiry expires required "
        "enabled disabled protected less free hint strength prompt mode method scheme backend dim dims embedding "
        "embeddings dropout ratio rate acc accuracy loss weight weights budget header encoding tokenizer model "
        "class version"
    )
)
"""A name that ends so tells something of a secret, and is none itself."""

_AMBIGUOUS = frozenset({"key", "keys", "session", "sessionid", "sid", "sig", "sas", "signature", "auth", "webhook"})
_PLAIN = re.compile(
    r"(?i)|true|false|none|null|nil|yes|no|on|off|auto|default|<[^<>\s]*>|\*+|x{3,}"
    r"|\$\{[^}]*\}|\{\{[^}]*\}\}|%\(\w+\)s|(?-i:\$[A-Z_][A-Z0-9_]*)"
)
_WAYS_TO_LOG_IN = re.compile(r"(?i)basic|digest|bearer|oauth2?|oidc|ldap|kerberos|token|jwt|aws|gcp|azure|iam|password")
_SMALL = re.compile(r"[+-]?\d{1,5}|[+-]?\d*\.\d+(?:[eE][+-]?\d+)?|\d+e[+-]?\d+|[+-]?\d+\.")
_OF_TOKENIZER = re.compile(r"\[[^\[\]\s]*\]|<.*>|\W*")
_FILE = re.compile(r"(?:~|\.{1,2})?/.*|[\w./-]+\.(?:json|txt|pem|key|toml|yaml|yml|ini|cfg|crt|cer|pub|p12)")
_OPAQUE = re.compile(r"(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_+/=.~%-]{12,}")
_DIGEST = re.compile(r"(?:(?:sha\d+|md5):)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})|[\w.-]+(?:/[\w.-]+)+")
_RUNS = re.compile(r"\d+|[a-z]+|[A-Z]+")
_SAFE_DSN = re.compile(r"[A-Za-z][\w+.-]*://[^@?;\s]*|[A-Za-z_-]*")


def is_named_secret(name: str, value: str) -> bool:
    """Whether the value of an option, assignment or key is a secret, by both of them."""
    words = _words(name)
    if not words or _PLAIN.fullmatch(value):
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _ABOUT:
        return False
    if any(_PASSWORD.fullmatch(word) for word in words):
        return not _is_place(words, value)
    if "amz" in words and last in ("signature", "credential"):
        return True
    if last == "dsn" or "connstr" in words or (last in ("string", "str") and "connection" in words):
        return not _SAFE_DSN.fullmatch(value)
    if _SMALL.fullmatch(value):
        return False
    return _is_weak_secret(last, before, value) or (_may_be(words) and is_random(value))


def _is_weak_secret(last: str, before: str, value: str) -> bool:
    """The same for names that have other meanings too."""
    if last.endswith("token"):
        return before not in _OF_TEXT and not _OF_TOKENIZER.fullmatch(value)
    if (last in ("key", "keys") and before in _KEY_OF) or _JOINED_KEY.fullmatch(last):
        return not _FILE.fullmatch(value)
    if last in ("auth", "authorization", "bearer"):
        return not _WAYS_TO_LOG_IN.fullmatch(value) and not _FILE.fullmatch(value)
    if last in ("cookie", "cookies"):
        return not _FILE.fullmatch(value)
    if last == "pass":
        return before not in _KINDS_OF_PASS
    return last == "key" and not before and re.fullmatch(r"(?=.*\d)(?=.*[A-Za-z])[^\s/]{6,}", value) is not None


def _may_be(words: list[str]) -> bool:
    return not _AMBIGUOUS.isdisjoint(words) or any(word.endswith(("token", "tokens")) for word in words)


def _is_place(words: list[str], value: str) -> bool:
    """``PWD`` is the working directory; credentials are often named by their file."""
    is_path = re.fullmatch(r"(?:/[\w.@ -]+)+/?", value) is not None
    if words[-1] == "pwd":
        return is_path
    return words[-1].startswith("cred") and _FILE.fullmatch(value) is not None


def is_random(value: str) -> bool:
    """Whether nobody wrote the value: letters and digits in turns. A digest, a commit and a path are none of these."""
    if not _OPAQUE.fullmatch(value) or _DIGEST.fullmatch(value):
        return False
    return len(_RUNS.findall(value)) * 4 >= len(value) or (len(value) >= 20 and len(_RUNS.findall(value)) >= 6)


def _words(name: str) -> list[str]:
    """The words of the last part of a name that says anything, in lower case."""
    for part in reversed(name.split(".")):
        found = [word.lower() for word in _WORD.findall(part)]
        while found and (found[-1].isdigit() or (found[-1] in _DROPPED and not _is_connection(found))):
            found.pop()
        if found:
            return found
    return []


def _is_connection(words: list[str]) -> bool:
    return "connection" in words or words[-2:-1] == ["conn"]
