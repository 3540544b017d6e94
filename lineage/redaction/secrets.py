"""The last line of defence: what looks like a secret in a text that is about to be published.

Allow-lists keep secrets out where we collect; this finds what a user's own values (labels, metrics, parameters) bring
in. The shapes are those that the issuers document. Every pattern needs linear time; the secret is never shown.
"""

import re
from collections.abc import Mapping

from lineage.portable.reading import key_path

_SHAPES = (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{22,255}\b"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}\b"),
    ("a Slack token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    ("an API key", r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("a package index token", r"\bpypi-[A-Za-z0-9_-]{50,}|\bnpm_[A-Za-z0-9]{36}\b"),
    ("a private key", r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"),
    ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("credentials in an address", r"://[^\s/:@\"']{1,255}:[^\s/@\"']{1,255}@"),
)
_ANY = re.compile("|".join(f"({pattern})" for _, pattern in _SHAPES))

_USER = re.compile(r"://[^\s/@\"']{1,512}@")
_QUERY = re.compile(r"(://[^\s?#\"']{1,2048})[?#][^\s\"']*")


def find_secret(text: str) -> tuple[int, str] | None:
    """(line, what it looks like) of the first text that has the shape of a secret; ``None`` when there is none."""
    match = _ANY.search(text)
    if match is None:
        return None
    index = (match.lastindex or 1) - 1
    return text.count("\n", 0, match.start()) + 1, _SHAPES[index][0]


def without_secrets(text: str) -> str:
    """The text without what has the shape of a secret: of an address, also the user, the query and the fragment."""
    return _ANY.sub("<redacted>", _QUERY.sub(r"\1", _USER.sub("://<redacted>@", text)))


def secret_key(value: object, path: str = "") -> tuple[str, str] | None:
    """(key path, what it looks like) of the first value or key of a document that has the shape of a secret.

    A key is named by the table that it stands in.
    """
    if isinstance(value, Mapping):
        for key, one in value.items():
            place = f"a key in {path or 'the document'}"
            found = secret_key(str(key), place) or secret_key(one, key_path(path, str(key)))
            if found is not None:
                return found
        return None
    if isinstance(value, list | tuple):
        found_in = (secret_key(one, f"{path}[{index}]") for index, one in enumerate(value))
        return next((found for found in found_in if found is not None), None)
    found_text = find_secret(value) if isinstance(value, str) else None
    return None if found_text is None else (path, found_text[1])
