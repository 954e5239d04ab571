"""Bytes of a text part to text, by what they are rather than by what they say they are."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re

_CRLF = re.compile(r"(?<!\r)\r+\n")  # the look-behind keeps a run of CRs without an end from costing quadratic time
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_QP_ESCAPE = re.compile(rb"=(?:[0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
# No encoder escapes a letter or digit, but for the F of a line that begins with "From".
_QP_NEEDLESS = re.compile(rb"=(?:3[0-9]|4[1-57-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]*={0,2}\s*")
_IS_TEXT = ("punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape")


def decoded(octets: bytes, charset: str) -> tuple[str, tuple[str, ...]]:
    """The text and its defects: the declared charset, then UTF-8, then latin-1; it never fails."""
    if octets.isascii() and charset in ("", "us-ascii", "ascii", "utf-8", "utf8", "iso-8859-1"):
        return _clean(octets.decode("ascii"), ())
    if charset:
        text = _try(octets, charset)
        if text is not None:
            return _clean(text, ())
    text = _try(octets, "utf-8")
    if text is not None:
        return _clean(text, (f"not {charset[:40]}, read as UTF-8",) if charset else ())
    return _clean(octets.decode("latin-1"), (f"not {charset[:40] or 'UTF-8'}, read as latin-1",))


def transferred(octets: bytes, encoding: str, charset: str) -> tuple[bytes, tuple[str, ...]]:
    """The octets of a part without its transfer encoding; kept as they are where decoding would damage them.

    Debian's cron copies CONTENT_TRANSFER_ENCODING into the header and writes the bytes as they come.
    """
    if encoding == "quoted-printable":
        plain = _from_quoted_printable(octets, charset)
    elif encoding == "base64":
        plain = _from_base64(octets, charset)
    elif encoding in ("", "7bit", "8bit", "binary"):
        return octets, ()
    else:
        return octets, (f"unknown transfer encoding {encoding[:40]}",)
    return (octets, (f"declared {encoding}, read as it came",)) if plain is None else (plain, ())


def _from_quoted_printable(octets: bytes, charset: str) -> bytes | None:
    if not octets.isascii() or octets.count(b"=") != len(_QP_ESCAPE.findall(octets)) or _QP_NEEDLESS.search(octets):
        return None
    plain = quopri.decodestring(octets)
    return plain if _reads(plain, charset) else None


def _from_base64(octets: bytes, charset: str) -> bytes | None:
    found = _BASE64.match(octets)
    block, rest = (octets[: found.end()], octets[found.end() :]) if found else (b"", octets)
    if rest.strip() and not block.rstrip().endswith(b"="):
        # A list's footer below the block: without padding its first word cannot be told from the block's last line.
        cut = block.rfind(b"\n") + 1
        block, rest = octets[:cut], octets[cut:]
    try:
        plain = base64.b64decode(b"".join(block.split()), validate=True)
    except binascii.Error:
        return None
    if not plain and rest.strip():
        return None
    if not _reads(plain, charset):
        return None
    return plain + b"\n" + rest if rest.strip() else plain


def _reads(octets: bytes, charset: str) -> bool:
    """True if the octets are text; an encoding taken off text that never had it leaves none."""
    text = _try(octets, charset) if charset else None
    text = _try(octets, "utf-8") if text is None else text
    if text is None:
        text = octets.decode("latin-1") if len(octets) > 64 else None
    return text is not None and not _CONTROLS.search(text[:2000].replace("\x00", ""))


def _try(octets: bytes, charset: str) -> str | None:
    if charset.strip().lower() in _IS_TEXT:
        return None
    try:
        codec = codecs.lookup(charset)
        if not codec._is_text_encoding:  # what bytes.decode itself asks
            return None
        text = octets.decode(charset)
        if not text.isascii():
            text.encode("utf-8")  # some codecs make lone surrogates, which no store or sink takes
    except (LookupError, ValueError):
        return None
    return text


def _clean(text: str, defects: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Line ends as \\n; a lone CR is a blank, so that no text can make a line of its own with it; NULs are left out."""
    if "\r" in text:
        text = _CRLF.sub("\n", text).replace("\r", " ")
    if "\x00" in text:
        text = text.replace("\x00", "")
        defects = (*defects, "NUL bytes left out")
    return text, defects
