"""The form of a report that a device or a script wrote: rows of labels and numbers, no sentence, and a sender that is no person's.

A person may paste such a table, but says a word about it, or writes with a mail program.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from mailtriage.types import Message

_LEAST_ROWS = 3
_LEAST_SHARE = 0.6  # of the lines that are not blank
_LEAST_MARKS = 3
_MOST_READ = 20_000
_LABEL = re.compile(r"\s*[^\W_][^:=\n]{0,40}?\s{0,20}(?::\s|=)\s*(?P<value>\S.{0,200})")
_GAPS = re.compile(r"\S(?:[ \t]{2,}|\t| ?\| ?)\S.*?(?:[ \t]{2,}|\t| ?\| ?)\S|\S(?:[ \t]{2,}|\t)-?\d[\d.,]*\s?\S{0,8}$")
_RULE = re.compile(r"[\s=_*+|#-]{3,}$")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_MOST_WORDS = 6  # of a value or a heading; more of them are a sentence
_CLOSING = re.compile(
    r"^\W{0,4}(?:(?:the )?end(?: of (?:the )?(?:report|mail|message|summary))?"
    r"|ende(?: des? (?:berichts?|meldung|nachricht))?|einde(?: \w+)?"
    r"|fin(?: du (?:rapport|message))?|koniec(?: raportu)?|fine(?: \w+)?|slut|konec|loppu)\W{0,4}$"
    r"|\bautomati\w+ (?:generated|created|sent|e-?mail|message|erzeugt|erstellt|generiert|versandt|gesendet|verzonden|gegenereerd"
    r"|verstuurd|aangemaakt|wygenerowan\w+|wysłan\w+)\b"
    r"|\b(?:généré|envoyé|créé|generad[oa]|enviad[oa]|generat[oa]|inviat[oa])e? automati\w+"
    r"|\b(?:wygenerowan\w+|wysłan\w+|vygenerov\w+) automaty\w+",
    re.IGNORECASE | re.MULTILINE,
)
_OF = frozenset((
    "von", "van", "de", "der", "den", "di", "da", "del", "della", "la", "le", "el", "al", "bin",
    "ten", "ter", "zu", "zur", "y", "e", "dos", "du", "des", "vom",
))  # fmt: skip
# `nvr-main`, `PBX2`, `NAS`, `WiFi`; not `McDonald` and `Jean-Luc`.
_THING = re.compile(r"^[^\W\d_A-ZÄÖÜÉÈ]|\d|^[A-Z]{2,4}$|^(?!(?:Mc|Mac|Di|De|La|Le|Van|Fitz|O)[A-Z])[A-Z][a-z]+[A-Z]")
_REPORTS = re.compile(
    r"report|bericht|rapport|raport|\bdaily\b|\bweekly\b|\bmonthly\b|\bnightly\b|\bhourly\b|summary|overview|statisti|\bstatus\b|digest"
    r"|tages|tägl|wochen|übersicht|quotidien|journalier|hebdomadaire|dagelijks|dagwaarden|overzicht|samenvatting|dobow|dzienn"
    r"|podsumowanie|resumen|informe|diario|riepilogo|resoconto|giornalier|relatório|sammanfattning|oversigt|yhteenveto|přehled|denní",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b(?:\d{4}[-/.]\d\d[-/.]\d\d|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b")
# What programs of people leave in a header, beside their name.
_CLIENT = frozenset(
    (
        "thread-topic", "thread-index", "x-ms-has-attach", "x-ms-tnef-correlator", "content-language", "accept-language",
        "x-originating-ip", "x-gm-message-state", "x-google-smtp-source", "x-apple-mail-remote-attachments", "x-ymail-osg",
        "x-mozilla-draft-info", "x-identity-key", "x-enigmail-version", "openpgp", "autocrypt", "disposition-notification-to",
        "x-universally-unique-identifier", "x-pm-message-id", "x-provags-id", "references", "in-reply-to",
    )
)  # fmt: skip
_CLIENT_TYPE = re.compile(r"multipart/(?:alternative|related|signed|encrypted)|format=\"?flowed|delsp=", re.IGNORECASE)
_CLIENT_ID = re.compile(
    r"@(?:mail\.gmail\.com|[\w.-]*outlook\.com|email\.android\.com|[\w.-]*yahoo\.com|mail\.ru|proton\w*\.\w+)>", re.IGNORECASE
)


def is_machines(message: Message, names: Mapping[str, str]) -> bool:
    """True if the mail is nothing but rows, and at least three marks, one of them of the sender, show what wrote it.

    `names` are the headers by their names in lower case. That nobody greets, signs or asks in it, the caller knows.
    """
    if (
        not _CLIENT.isdisjoint(names)
        or _CLIENT_TYPE.search(names.get("content-type", ""))
        or _CLIENT_ID.search(names.get("message-id", ""))
    ):
        return False
    text = message.text[:_MOST_READ]
    if not _is_rows(text):
        return False
    head = [line for line in text.split("\n") if line.strip()][:3]
    account, label = message.sender.partition("@")[0].lower(), message.host.partition(".")[0]
    is_own_mailer = _is_named_by_mailer(message, names, head[0])
    if not is_own_mailer and not _is_things(message.sender_name) and _is_of_name(account, message.sender_name):
        return False
    is_hosts = len(label) > 2 and (label in account or label in message.sender_name.lower())
    has_mailer = "x-mailer" in names or "user-agent" in names
    n_of_sender = has_mailer + is_own_mailer + is_hosts + _is_things(message.sender_name) + bool(_CLOSING.search(text))
    is_in_subject = len(label) > 2 and label in message.subject.lower()
    n = bool(_REPORTS.search(message.subject)) + bool(_DATE.search("\n".join(head))) + is_in_subject
    return n_of_sender > 0 and n_of_sender + n >= _LEAST_MARKS


def _is_rows(text: str) -> bool:
    n, n_rows = 0, 0
    for line in text.split("\n"):
        if not line.strip() or _CLOSING.search(line):
            continue
        n += 1
        if _is_row(line):
            n_rows += 1
        elif not _RULE.fullmatch(line) and len(_WORDS.findall(line)) > _MOST_WORDS:
            return False  # a sentence
        elif line.rstrip().endswith(("?", "!", "...", "…")):
            return False
    return n_rows >= _LEAST_ROWS and n_rows >= _LEAST_SHARE * n


def _is_row(line: str) -> bool:
    if _GAPS.search(line):
        return True
    found = _LABEL.match(line)
    return found is not None and (len(_WORDS.findall(found["value"])) <= _MOST_WORDS)


def _folded(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if letter.isalnum() or letter == " ")


def _is_of_name(account: str, name: str) -> bool:
    """Whether the account is made of the name as a person's is: `anna.berg`, `aberg`, `berg`, `ab` of Anna Berg."""
    own, words = _folded(account), _folded(re.sub(r"['’-]", " ", name)).split()
    return own == "".join(word[0] for word in words) or any(len(word) > 2 and word in own for word in words)


def _is_things(name: str) -> bool:
    """Whether the name has a form that names of people have not: one word, a digit, small letters, letters of an abbreviation."""
    words = name.replace('"', "").split()
    if len(words) < 2:
        return bool(words) and bool(_THING.search(words[0]))
    return any(word.casefold() not in _OF and _THING.search(word) is not None for word in words)


def _is_named_by_mailer(message: Message, names: Mapping[str, str], first: str) -> bool:
    """Whether the program that sent it stands in the sender's name, the account, the subject or the first line."""
    own = _folded(names.get("x-mailer", "") or names.get("user-agent", ""))
    where = _folded(f"{message.sender_name} {message.subject} {first}")
    words = re.findall(r"[^\W\d_]{4,}", own)
    account = _folded(message.sender.partition("@")[0])
    return any(word in where for word in words) or (len(account) > 3 and any(word.startswith(account) for word in words))
