"""Which files hold secrets: by their names, as is custom, and by what is in them."""

import codecs
import re
from collections.abc import Iterable, Iterator

from lineage.redaction.secrets import find_secret, find_shape

_NAMED = re.compile(
    r"""\.env(?:rc)? | \.env\.(?!(?:.*\.)?(?:example|sample|template|dist|defaults)$).+
      | [._]netrc | \.?credentials | \.git-credentials | \.pypirc | \.pgpass | \.my\.cnf | \.htpasswd | \.dockercfg
      | \.databrickscfg | \.boto | \.s3cfg | \.vault-token | kaggle\.json
      | .*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk) | id_[\w-]+ | id_(?:rsa|dsa|ecdsa|ed25519)(?!\.pub$)\b.*""",
    re.VERBOSE,
)
_KEPT = 1 << 14
"""characters at the end of a part that are looked at again with the next one"""
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def is_secret_file(path: str) -> bool:
    """Whether a file holds secrets by custom: ``.env``, ``.netrc``, keys. Of one that is a template for such, not."""
    return _NAMED.fullmatch(path.rpartition("/")[2]) is not None


def find_in_file(parts: Iterable[bytes]) -> tuple[int, str] | None:
    """(line, what it looks like) of the first secret in a file of any size, which is given in parts.

    What is one by its name only is looked for in the first part: nobody writes such into a file of megabytes.
    """
    before, line = "", 0
    for number, text in enumerate(decoded(parts)):
        whole = before + text
        found = find_shape(whole) if number else find_secret(whole)
        if found is not None:
            return line + found[0], found[1]
        before = whole[-_KEPT:]
        line += whole.count("\n", 0, len(whole) - len(before))
    return None


def decoded(parts: Iterable[bytes]) -> Iterator[str]:
    """The text of a file: in UTF-8 with what is none replaced, or as its mark at the beginning says."""
    decoder = None
    for part in parts:
        if decoder is None:
            encoding = next((name for mark, name in _MARKS if part.startswith(mark)), "utf-8")
            if encoding == "utf-8" and b"\0" in part:
                encoding = "latin-1"  # no text: that is the fastest
            decoder = codecs.getincrementaldecoder(encoding)("replace")
        yield decoder.decode(part)
