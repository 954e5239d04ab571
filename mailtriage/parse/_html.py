"""HTML to the text a reader would see: line ends at blocks, cells of a table on one line."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

# html.parser takes quadratic time on unclosed comments, declarations and tags, so it is shown none of them.
HTML_LIMIT = 512 * 1024
_DECLARATION = re.compile(r"<[!?][^<>]{0,2000}>")
_NO_TAG = re.compile(r"<(?!/?[A-Za-z][^<>]{0,2000}>)")
_BLOCKS = re.compile(r"p|div|tr|li|[uo]l|table|thead|tbody|h[1-6r]|pre|blockquote|d[td]|section|article|header|footer|address|form|center")
_MORE = re.compile(r"<(?:img|script|object|embed|iframe|svg|video|audio|canvas|input)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<>]{0,1000})</title", re.IGNORECASE)
_TITLE_OPEN = re.compile(r"<title\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_UNSEEN = frozenset({"script", "style", "title"})
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_TAG = re.compile(r"<[^<>]*>")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.n_pre = 0
        self.unseen = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _UNSEEN:
            self.unseen = tag
        elif tag == "br" or _BLOCKS.fullmatch(tag):
            self.pieces.append("\n")
            self.n_pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == self.unseen:
            self.unseen = ""
        elif _BLOCKS.fullmatch(tag):
            self.pieces.append("\n\n" if tag == "p" else "\n")
            self.n_pre = max(0, self.n_pre - (tag == "pre"))
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.pieces.append(data.replace("\r\n", "\n") if self.n_pre else _BLANKS.sub(" ", data))


def shows_more(html: str, text: str) -> bool:
    """True if a reader of the HTML may see what its text does not say: pictures, scripts, a title of other words."""
    if _MORE.search(html):
        return True
    titles = _TITLE.findall(html)
    if len(titles) != len(_TITLE_OPEN.findall(html)):
        return True
    return bool(titles) and not set(_WORD.findall(unescape(" ".join(titles)))) <= set(_WORD.findall(text))


def to_text(html: str) -> str:
    """The text of an HTML part; what is over HTML_LIMIT only loses its tags."""
    head, tail = html[:HTML_LIMIT], html[HTML_LIMIT:]
    reader = _Reader()
    try:
        reader.feed(_NO_TAG.sub("&lt;", _DECLARATION.sub("", _without_comments(head))))
        reader.close()
        text = "".join(reader.pieces)
    except (AssertionError, ValueError, RecursionError):  # html.parser's own answers to declarations it cannot read
        text = _TAG.sub("\n", head)
    if tail:
        text += _TAG.sub("\n", tail)
    lines = (line.replace("\xa0", " ").rstrip(" \t") for line in text.split("\n"))
    return (
        re.sub(r"\n{3,}", "\n\n", "\n".join(line[1:] if line[:1] == " " and line[1:2] != " " else line for line in lines)).strip("\n")
        + "\n"
    )


def _without_comments(html: str) -> str:
    kept = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        end = html.find("-->", start + 4)
        if end < 0:
            break
        kept.append(html[at:start])
        at = end + 3
    return "".join(kept) + html[at:]
