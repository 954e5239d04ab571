"""The text of a tree of MIME parts, and which parts nothing was read from."""

from __future__ import annotations

import re
from collections import Counter
from email.message import Message as Part

from mailtriage.parse._decode import decoded, transferred
from mailtriage.parse._html import HTML_LIMIT, shows_more, to_text
from mailtriage.text import one_line

# Mail programs write "This is a multi-part message in MIME format." before the first part.
_PREAMBLE = re.compile(r"[^\n]{0,40}\b(?:MIME|multi-?part)\b[^\n]{0,60}(?:\n[^\n]{0,200}){0,5}", re.IGNORECASE)
_LONGEST_PREAMBLE = 500
_WORD = re.compile(r"[^\W_]+")
_CID = re.compile(r"<img\b[^<>]{0,500}?\bsrc\s{0,5}=\s{0,5}[\"']?cid:([^\"'\s>]{1,200})", re.IGNORECASE)
_PICTURES = ("image/png", "image/gif", "image/jpeg")
_UNREAD_HTML = "what HTML shows without text"
_MAILS = ("message/rfc822", "message/global", "message/news", "message/partial", "message/external-body")
_SHOWN_HEADERS = ("From", "To", "Date", "Subject")


class Body:
    """Gathers text, defects and unread parts while it goes down the tree."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.defects: list[str] = []
        self.unread: list[str] = []
        self.has_plain = False
        self.shown: set[str] = set()  # pictures that HTML shows; that it shows any is noted where its words are not a plain text's

    @property
    def text(self) -> str:
        """All texts, each beginning on a line of its own."""
        if len(self.texts) < 2:
            return "".join(self.texts)
        return "".join(text if text.endswith("\n") else text + "\n" for text in self.texts)

    def add(self, part: Part) -> None:
        """Read this part and all below it."""
        kind = part.get_content_type()
        if not part.is_multipart():
            self._add_leaf(part, kind)
        elif kind == "multipart/alternative":
            self._add_alternative(part)
        elif kind.startswith("message/") and kind not in _MAILS:  # delivery-status, feedback-report, disposition-notification: fields
            self.texts.append("\n".join(_fields(block) for block in _below(part)))
        else:
            if kind.startswith("message/"):
                self._add_shown_headers(part)
            for below in _below(part):
                if kind != "multipart/related" or not self._illustrates(below):
                    self.add(below)
        if part.is_multipart():
            self._note_margins(part)

    def _add_alternative(self, part: Part) -> None:
        """The plain text unless it is empty, else what else has text."""
        choices = []
        for below in _below(part):
            choice = Body()
            choice.add(below)
            choices.append(choice)
            self.defects += choice.defects
            self.unread += choice.unread
        with_text = [choice for choice in choices if choice.text.strip()]
        chosen, *others = sorted(with_text, key=lambda choice: not choice.has_plain) or [Body()]
        self.texts += chosen.texts
        self.has_plain = self.has_plain or chosen.has_plain
        if not all(_says_no_more(other.text, chosen.text) for other in others):
            self.unread.append("an alternative text that says something else")
        elif chosen.has_plain:
            # The same words by the sender's own statement (RFC 2046, 5.1.4), so what is drawn around them is no news.
            self.unread = [reason for reason in self.unread if reason != _UNREAD_HTML]
            self.shown |= {name for choice in choices for name in choice.shown}

    def _illustrates(self, part: Part) -> bool:
        """True for a picture that such an alternative shows: graphs of Checkmk and the like."""
        name = str(part.get("content-id", "")).strip().strip("<>")
        return part.get_content_type() in _PICTURES and name in self.shown

    def _add_leaf(self, part: Part, kind: str) -> None:
        disposition = part.get_content_disposition()
        if disposition == "attachment" or not kind.startswith(("text/", "multipart/", "message/")):
            if part.get_payload():
                self.unread.append(one_line(f"{kind} {part.get_filename() or ''}", 120))
            return
        charset = (part.get_content_charset() or "").strip("\"' ")
        encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
        if encoding in ("quoted-printable", "base64"):
            del part["content-transfer-encoding"]  # so that the payload comes as it is; we judge ourselves whether it lies
        payload = part.get_payload(decode=True)
        octets = payload if isinstance(payload, bytes) else b""
        octets, lies = transferred(octets, encoding, charset)
        text, defects = decoded(octets, charset)
        self.defects += (*lies, *defects)
        if kind == "text/html":
            if len(text) > HTML_LIMIT:
                self.unread.append(f"text/html over {HTML_LIMIT} characters")
            html, text = text, to_text(text)
            if shows_more(html, text):
                self.unread.append(_UNREAD_HTML)
            self.shown.update(_CID.findall(html[:HTML_LIMIT]))
        self.has_plain = self.has_plain or (kind != "text/html" and bool(text.strip()))
        self.texts.append(text)

    def _add_shown_headers(self, part: Part) -> None:
        for inner in _below(part)[:1]:
            shown = [(name, one_line(str(inner.get(name, "")))) for name in _SHOWN_HEADERS]
            self.texts.append("\n" + "".join(f"{name}: {value}\n" for name, value in shown if value) + "\n")

    def _note_margins(self, part: Part) -> None:
        preamble = (part.preamble or "").strip()
        if preamble and (len(preamble) > _LONGEST_PREAMBLE or not _PREAMBLE.fullmatch(preamble)):
            self.unread.append("text before the first part")
        if (part.epilogue or "").strip():
            self.unread.append("text after the last part")


def _below(part: Part) -> list[Part]:
    payload = part.get_payload()
    return [below for below in payload if isinstance(below, Part)] if isinstance(payload, list) else []


def _fields(block: Part) -> str:
    rest = block.get_payload()
    fields = "".join(f"{name}: {one_line(str(value))}\n" for name, value in block.items())
    return f"{fields}\n{rest}" if isinstance(rest, str) and rest.strip() else fields


def _says_no_more(other: str, chosen: str) -> bool:
    """True if all words of the one stand in the other, as often, in any order; a plain text says where links lead besides."""
    words, known = _WORD.findall(other.casefold()), _WORD.findall(chosen.casefold())
    return words == known or not Counter(words) - Counter(known)
