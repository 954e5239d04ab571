"""A mail by pipe: `|mailtriage inject` in an aliases file. The exit codes are those of sysexits.h, which every MTA knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO, TextIO

from mailtriage import maillog
from mailtriage.errors import MailtriageError, StoreError
from mailtriage.receive.commit import Spool
from mailtriage.receive.ids import new_id
from mailtriage.receive.loop import is_own
from mailtriage.types import RawMail

EX_OK = 0
EX_DATAERR = 65
EX_TEMPFAIL = 75
_FROM_LINE = re.compile(rb"From [^\r\n]*\r?\n")


def inject(
    stream: BinaryIO,
    open_spool: Callable[[], Spool],
    errors: TextIO,
    *,
    now: datetime,
    max_size: int,
    instance: str,
    mail_from: str = "",
    rcpt_tos: tuple[str, ...] = (),
) -> int:
    """Stores the mail read from `stream` for good and gives the exit code: 0, 65 for a mail not to be taken, 75 to try again."""
    content = stream.read(max_size + 1)
    if len(content) > max_size:
        errors.write(f"mailtriage: the mail is larger than {max_size} bytes\n")
        return EX_DATAERR
    # Delivery to a pipe puts the separator of the mbox format in front.
    from_line = _FROM_LINE.match(content)
    content = content[from_line.end() :] if from_line else content
    mail = RawMail(id=new_id(now), received_at=now, data=content, mail_from=mail_from, rcpt_tos=rcpt_tos, peer="pipe")
    if is_own(content, instance):
        maillog.refused(mail.id, peer="pipe", reply="sent by this very mailtriage")
        errors.write("mailtriage: this mail was sent by this very mailtriage\n")
        return EX_DATAERR
    try:
        (mail_id,) = open_spool().add([mail])
    except MailtriageError as error:
        message = error.message if isinstance(error, StoreError) else str(error)
        maillog.deferred(mail.id, peer="pipe", reply="75", error=message)
        errors.write(f"mailtriage: the mail could not be stored: {error}\n")
        return EX_TEMPFAIL
    if mail_id == mail.id:
        maillog.received(mail_id, size=len(content), peer="pipe", mail_from=mail_from, rcpt_tos=rcpt_tos)
    else:
        maillog.folded(mail_id, size=len(content), peer="pipe")
    return EX_OK
