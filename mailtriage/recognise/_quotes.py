"""A quoted or forwarded mail below a person's words: the lines mail programs put above it, in the tongues they speak.

Machines quote too, but without them. Read on nearly each mail, so a word is looked for before a pattern is.
"""

from __future__ import annotations

import re

_LONGEST_READ = 20_000
_LONGEST_ANSWER = 5_000  # above which the newer forms are looked for

_ATTRIBUTION = re.compile(
    r"^(?:(?:On|Am|Le|El|Op|Il|Em|Den|Em) .{5,150}(?:wrote|schrieb|écrit|escribió|schreef|scritto|escreveu|skrev)"
    r"[^\n]{0,100}:\s*$|-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Forwarded message|Message d'origine|Mensaje original"
    r"|Forwarded Message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado|Messaggio originale|Messaggio inoltrato"
    r"|Oorspronkelijk bericht|Doorgestuurd bericht|Vidarebefordrat meddelande"
    r"|Пересылаемое сообщение|Исходное сообщение|元のメッセージ|原始邮件|转发邮件信息) ?-{2,}"
    r"|Begin forwarded message:|Anfang der weitergeleiteten (?:Nachricht|E-Mail):|Début du message (?:réexpédié|transféré) ?:"
    r"|_{20,}\s*\n(?:From|Von|De|Da|Van|Från): [^\n]{1,200}\n(?:Sent|Date|Gesendet|Envoyé|Enviado|Inviato|Verzonden"
    r"|Skickat)(?: le)? ?: )",
    re.MULTILINE,
)
# What stands above lines with `>`: who wrote, or an address and a day, or a day and an hour; it may be folded.
_QUOTE = re.compile(r"[:：][ \t]*\n(?:[ \t]*\n)?>[ \t\n\w]")
_ADDRESS = re.compile(r"<?[\w.+-]{1,64}@[\w-]+\.[\w.-]+>?")
_HOUR = re.compile(r"\d{1,2}[:.h]\d\d(?!\.\d)|\d ?[AP]M\b|\d時")
_DAY = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4}\b|\d(?:年|월|日)|\b\d{1,2}\.? [^\W\d_]{3,9}\.?,? \d\d\b", re.IGNORECASE
)
_WRITES = (
    r"(?:wrote|writes|schrieb|schreibt|écrit|escribió|schreef|scritto|scrive|escreveu|skrev|skriver|napisał[ao]?(?:\(a\))?|pisze"
    r"|napsal[ao]?(?:\(a\))?"
    r"|píše|napísal[ao]?|napisal[ao]?|je napisao|је написао|kirjoitti|írta|scris|yazdı|написал[аи]?(?:\(а\))?|пишет|написав|пише"
    r"|έγραψε|kirjutas"
    r"|rašė|rakstīja|escriure|menulis|đã viết|写道|寫道|書きました|님이 (?:작성|쓴)|כתב|كتب|เขียน)"
)
_WRITING = re.compile(rf"{_WRITES}(?!\w)", re.IGNORECASE)
_YOU = re.compile(r"\s*(?:you|sie|ihr|du|vous|tu|u|je|usted|lei|вы)\b", re.IGNORECASE)  # so a ticket system quotes what it answers
_UNQUOTED = re.compile(  # for texts made of HTML, where the quote has lost its `>`
    rf"^(?=[^\n]*\d)(?:[^\n>|]{{0,200}}\n)?[^\n>|]{{0,200}}{_WRITES}(?: [^\n]{{0,80}})? ?[:：][ \t]*$", re.MULTILINE | re.IGNORECASE
)
_UNQUOTED_WORDS = (
    "napisał",
    "napsal",
    "kirjoitti",
    "scris:",
    "yazdı",
    "írta",
    "έγραψε",
    "написал",
    "пишет",
    "писав",
    "пише:",
    "写道",
    "寫道",
    "님이",
    "כתב",
    "skrev",
)
_GROUPWISE = re.compile(r"^>>> [^\n]{3,100}\d{1,2}[:.]\d\d[^\n]{0,20}>>>", re.MULTILINE)
# Outlook and its like: who, when, to whom, about what.
_FROM = (
    r"(?:From|Von|De|Da|Van|Från|Fra|Od|Lähettäjä|Feladó|De la|От кого|От|Від|Kimden|Gönderen|Από|Saatja|Nuo|No"
    r"|发件人|寄件者|寄件人|差出人|보낸 ?사람|מאת|من|Từ|Dari|จาก)"
)
_SENT = (
    r"(?:Sent|Gesendet(?: am)?|Envoyé(?: le)?|Enviad[oa](?: em| el)?|Inviato(?: il)?|Verzonden|Skickat|Sendt|Wysłano|Odesláno|Odoslané"
    r"|Lähetetty|Elküldve|Küldve|Trimis|Отправлено|Дата|Надіслано|Изпратено|Gönderilme(?: Tarihi)?|Gönderildi|Tarih|Στάλθηκε|Poslano"
    r"|Saadetud"
    r"|Išsiųsta|Nosūtīts|发送时间|发送日期|寄件日期|傳送日期|送信日時|日付|보낸 ?(?:날짜|시간)|נשלח|تاريخ الإرسال|Đã gửi|Dikirim|ส่ง"
    r"|Datum|Fecha|Data|Dato|Päivämäärä|Date)"
)
_SUBJECT = (
    r"(?:Subject|Betreff|Betr|Objet|Asunto|Assunto|Oggetto|Onderwerp|Ämne|Emne|Temat|Předmět|Predmet|Aihe|Tárgy|Subiect|Тема|Относно|Konu"
    r"|Θέμα|Zadeva|Teema|Tema|主题|主旨|主題|件名|제목|נושא|الموضوع|Chủ đề|Subjek|เรื่อง)"
)
_EDGE = r"^[ \t>*|]{0,6}"
_COLON = r"\*?[ \t\u00a0]?[:：]\*?"
_WHEN = rf"{_EDGE}{_SENT}{_COLON}[^\n]{{0,80}}\d[^\n]{{0,80}}\n"
_WHO = rf"{_EDGE}{_FROM}{_COLON}[^\n]{{1,400}}\n"
_BLOCK = re.compile(
    rf"(?:{_WHO}(?:[^\n]{{1,400}}\n){{0,2}}?{_WHEN}|{_WHEN}{_WHO})(?:[^\n]{{1,2000}}\n){{0,5}}?{_EDGE}{_SUBJECT}{_COLON}", re.MULTILINE
)
_DASHED = re.compile(  # `-------- 原始邮件 --------`, `----- Mensagem original -----`, `‐‐‐‐ Original Message ‐‐‐‐`, and who wrote
    rf"^[-‐–—]{{4,}} ?[^\W\d_][^\n:=|]{{2,38}}[^\W\d_] ?[-‐–—]{{4,}}[ \t]*\n(?:[ \t]*\n)?(?:{_EDGE}{_FROM}{_COLON}[^\n]"
    rf"|[^\n]{{3,200}}(?:{_WRITES})[^\n]{{0,40}}[:：]$)",
    re.MULTILINE | re.IGNORECASE,
)
_SUBJECT_WORDS = (
    "Subject:",
    "Subject:*",
    "Betreff:",
    "Objet",
    "Asunto:",
    "Assunto:",
    "Oggetto:",
    "Onderwerp:",
    "mne:",
    "Temat:",
    "edm",
    "Aihe:",
    "Subiect:",
    "Тема",
    "Konu:",
    "主",
    "件名",
    "제목",
    "Tárgy:",
    "Predmet:",
    "Θέμα:",
    "Zadeva:",
    "Teema:",
    "Tema:",
    "Относно:",
    "נושא",
    "الموضوع",
    "Emne:",
)


def quotes(text: str) -> bool:
    """True if a mail program's line or block says that another mail is quoted or forwarded here."""
    has_word = "-----" in text or "wrote:" in text or "_____" in text or _has_attribution_word(text)
    if has_word and _ATTRIBUTION.search(text[:_LONGEST_READ]):
        return True
    head = text[:_LONGEST_ANSWER]
    if "\n>" in head and (_is_above_quote(head) or (">>>" in head and _GROUPWISE.search(head))):
        return True
    if ("----" in head or "‐‐‐‐" in head) and _DASHED.search(head):
        return True
    if any(word in head for word in _UNQUOTED_WORDS) and _UNQUOTED.search(head):
        return True
    return any(word in head for word in _SUBJECT_WORDS) and _has_block(head)


def _is_above_quote(text: str) -> bool:
    for found in _QUOTE.finditer(text):
        above = text[: found.start()].rsplit("\n", 2)[-2:]
        line = above[-1]
        is_folded = line.startswith("> ") and bool(_WRITING.match(line, 2))  # `On ... <bob@example.org` / `> wrote:`
        if line.lstrip().startswith((">", "|")) and not is_folded:
            continue
        if len(line) < 60 and len(above) == 2 and not above[0].startswith(">"):
            line = f"{above[0]} {line}"
        line = line[-400:]
        has_day, has_hour = bool(_DAY.search(line)), bool(_HOUR.search(line))
        address = _ADDRESS.search(line)
        is_addressed = address is not None and (has_day or has_hour or address[0].startswith("<"))
        if is_addressed or (has_day and has_hour) or (_WRITING.search(line[-80:]) and not _YOU.match(line)):
            return True
    return False


def _has_block(text: str) -> bool:
    found = _BLOCK.search(text)
    if found is None:
        return False
    lines = found[0].split("\n")
    when = next((line for line in lines if re.match(rf"{_EDGE}{_SENT}{_COLON}", line)), "")
    word = when.strip(" \t>*|").partition(":")[0].partition("：")[0].strip()
    # `Date:` heads what any program hands on, also in the tongues that write it alike.
    is_plain_date = word.lower() in ("date", "data", "datum", "dato", "fecha", "дата", "日付", "tarih")
    return not is_plain_date or ("@" in found[0] and "ubject" not in found[0])


def _has_attribution_word(text: str) -> bool:
    # Written out, for this runs over each mail: a loop costs twice as much.
    if "schrieb" in text or "schreef" in text or "scritto" in text or "escreveu" in text or "skrev" in text:
        return True
    if "Begin forwarded" in text or "weitergeleitet" in text:
        return True
    return not text.isascii() and ("écrit" in text or "escribió" in text or "Début du message" in text)
