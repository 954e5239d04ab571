"""The text of a tree of MIME parts, and which parts nothing was read from."""

from __future__ import annotations

import re
from email.message import Message as Part

from mailtriage.parse._decode import decoded, transferred
from mailtriage.parse._html import HTML_LIMIT, shows_more, to_text
from mailtriage.text import one_line

# Mail programs write "This is a multi-part message in MIME format." before the first part.
_PREAMBLE = re.compile(r"[^\n]{0,40}\b(?:MIME|multi-?part)\b[^\n]{0,60}(?:\n[^\n]{0,200}){0,5}", re.IGNORECASE)
_LONGEST_PREAMBLE = 500
_WORD = re.compile(r"[^\W_]+")
_SHOWN_HEADERS = ("From", "To", "Date", "Subject")


class Body:
    """Gathers text, defects and unread parts while it goes down the tree."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.defects: list[str] = []
        self.unread: list[str] = []
        self.has_plain = False

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
        elif kind == "message/delivery-status":
            self.texts.append(
                "\n".join("".join(f"{name}: {one_line(str(value))}\n" for name, value in block.items()) for block in _below(part))
            )
        else:
            if kind.startswith("message/"):
                self._add_shown_headers(part)
            for below in _below(part):
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
        if any(_WORD.findall(other.text) != _WORD.findall(chosen.text) for other in others):
            self.unread.append("an alternative text that says something else")

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
            if shows_more(text):
                self.unread.append("what HTML shows without text")
            text = to_text(text)
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
