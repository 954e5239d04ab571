"""Reads the mail that follows DATA: quickly, of any line length, and to its true end only."""

from __future__ import annotations

import asyncio

_END = b"\r\n.\r\n"
_PARTS_OF_END = (b"\r", b"\r\n", b"\r\n.", b"\r\n.\r")


async def read_content(reader: asyncio.StreamReader, max_size: int) -> bytes | None:
    """The bytes up to CRLF.CRLF with the dots of transparency taken off; None, all read, when there are more than `max_size`.

    Nothing else ends a mail: servers that took LF.LF or LF.CRLF for an end let a client smuggle in a second mail.
    """
    head = await reader.readexactly(3)
    if head == _END[2:]:
        return b""
    # The end may begin within these three bytes.
    while head.endswith(_PARTS_OF_END) and not head.endswith(_END):
        head += await reader.readexactly(1)
    chunks = [head]
    size = len(head)
    is_end = head.endswith(_END)
    while not is_end:
        try:
            chunk = await reader.readuntil(_END)
            is_end = True
        except asyncio.LimitOverrunError as error:
            chunk = await reader.readexactly(error.consumed)
        size += len(chunk)
        if size <= max_size + len(_END):
            chunks.append(chunk)
        else:
            chunks.clear()
    if size > max_size + len(_END):
        return None
    content = _without_dots(b"".join(chunks)[:-3])
    return content if len(content) <= max_size else None


def _without_dots(content: bytes) -> bytes:
    """RFC 5321, 4.5.2: the first dot of a line is not the mail's."""
    if b"\r\n." in content:
        content = content.replace(b"\r\n.", b"\r\n")
    return content.removeprefix(b".")
