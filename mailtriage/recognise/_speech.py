"""What people say and programs do not: I, a question, a request; and the words of an alarm, which programs say."""

from __future__ import annotations

import re

# Words no program says of itself; `I/O`, `I.` and `(I)` are no words.
_FIRST_PERSON = re.compile(
    r"(?<![\w(/.:=\"'-])(?:I(?:['’](?:m|ve|d|ll))?(?= [a-z])"
    r"|[Mm]y (?!(?:(?:new|current|public|external|own) )?(?:domain|host|network|sql|IP|ip|address|MAC))|[Ii]ch (?=\w)"
    r"|[Mm]ein(?:e[mnrs]?)? "
    r"|[Jj]['’]ai |[Jj]e (?=\w)|[Mm]on (?=[a-zéèêà])|\byo |[Hh]o (?:un|il|la)|[Jj]ag |[Ii]k )"
)
_SMALL_I = re.compile(  # as people write who do not care for the shift key
    r"(?<![\w(/.:=\"'-])i(?:['’](?:m|ve|d|ll)|m)? (?:am|was|have|had|did|do|don['’]?t|didn['’]?t|set|put|just|will|would|can|can['’]?t"
    r"|cannot|could|should"
    r"|think|guess|know|need|want|saw|see|got|get|found|tried|try|made|moved|removed|restarted|replaced|changed|added|already|also"
    r"|still|never|hope"
    r"|forgot|left|took|ran|checked|turned|fixed|upgraded|installed|rebooted|disabled|enabled|stopped|started|deleted|noticed|suspect"
    r"|believe|swapped"
    r"|pulled|plugged|unplugged|gave|went|told|asked|sent|wrote|killed|bumped|increased)\b|\b(?:do|should|can|could|may|shall|am"
    r"|did) i\b(?! ?[/=:])"
)
_FOREIGN_I = re.compile(  # looked for in texts that are not ASCII
    r"(?<!\w)(?:[Нн]е мо(?:гу|жу) |[Уу] мен[яе] |(?i:я|мне|мой|моя|мої|мені) |[Nn]ie mogę |[Mm]am |[Nn]emůžu |[Nn]ejde mi |[Mm]ám "
    r"|[Nn]em tudok |[Ee]n pääse "
    r"|[Mm]inun |[Oo]len |[Δδ]εν μπορώ |[Έέ]χω |[Nn]ão consigo |[Ee]u |(?:no|non) (?:puedo|riesco) |לא מצליח|אני |لا أستطيع|لدي )"
    r"|(?<=[a-zçğışöü])(?:[aeıiuü]m[ıi]yorum|[ıiuü]yorum)\b|我"
)
_POLITE = re.compile(r"(?:です|ます|ました|ません)。|습니다|(?:ครับ|ค่ะ)")  # machines speak so too
QUESTION = re.compile(r"[\w)\"”'] ?\?(?:\s|$)|？")
# Both are looked for in lower case, which is faster than to ignore it.
_REQUEST = re.compile(
    r"\b(?:can|could|would|will|does|did|has|is) (?:someone|somebody|anyone|anybody)\b"
    r"|\b(?:can|could|would|will) you\b|\b(?:can|should|may|could) (?:we|i)\b"
    r"|\b(?:kann|könnte) (?:jemand|mal)\b"
    r"|\b(?:könnt ihr|kannst du|könnten sie|pouvez-vous|peux-tu|puedes|podría)\b"
    r"|\bany (?:ideas?|suggestions|thoughts)\b",
)
_FOREIGN_REQUEST = re.compile(
    r"\b(?:puoi|potete|você pode|vocês podem|poderia|możesz|możecie"
    r"|czy mógł|můžeš|můžete|mohl bys|voitko|voitteko|voisitko|meg tudnád|meg tudnátok|tudnál|kun je|kunnen jullie|kan du"
    r"|посмотрите|подскажите|помогите|подивіться)\b"
    r"|misiniz|mısınız|мож(?:ете|ешь) ли|μπορείτε|μπορείς|אפשר ל|תוכל|هل يمكن|麻烦|请(?:帮|问)|お願い(?:し|い)"
    r"|いただけ|でしょうか|부탁드립|รบกวน",
)
_WE = re.compile(
    r"(?<![\w(/.:=\"'-])(?:[Ww]e(?:['’](?:re|ve|d|ll))? (?=[a-z])|[Ww]ir (?=\w)|[Nn]ous (?=\w)|[Nn]osotros |[Nn]oi (?=\w)|[Ww]ij (?=\w)"
    r"|(?:[Мм]ы|[Мм]и) (?=\w))|\b(?:an|auf) mich\b|\b(?:bei|mit|von) mir\b|\b(?:to|for|with|tell|ask|let) me\b"
)
_IN_QUOTES = re.compile(
    r"\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”|„[^“”\n]{1,80}[“”]|«[^»\n]{1,80}»|‘[^’\n]{1,80}’|「[^」\n]{1,80}」|`[^`\n]{1,80}`"
)
# No program says of its fault that it is known.
_KNOWN = re.compile(
    r"\b(?:(?:is|are|was) (?:already )?(?:well[- ])?known(?! (?:as|to|by|hosts))|bekannt|conocid[oa]s?|conegu(?:t|da|ts|des)|coñecid[oa]s?"
    r"|connu(?:e|s|es)?|conhecid[oa]s?|(?:è|sono) not[oaie]|bekend|znan[yea]|znám[éáýíy]|känt|känd|kendt|kjent|tiedossa|известн\w+|відом\w+"
    r"|ismert|biliniyor|γνωστ\w+|cunoscut\w*)\b",
    re.IGNORECASE,
)
_ALARMING = re.compile(
    r"fail|error|critical|warn|alert|\bfull\b|denied|cannot|unable|degraded|offline|expire|\d ?%|fehler|voll\b|^[\w ./-]{1,40}: +\S",
    re.IGNORECASE | re.MULTILINE,
)
_ALARMING_ABROAD = re.compile(
    r"échou|échec|plein|falló|falla|erreur|przepełnion|błąd|błęd|powiod|chyb|selhal|plný|virhe|vika|täynnä|misslyck|hata|başarısız"
    r"|dolu|hiba|sikertelen"
    r"|ошибк|сбой|не удалось|заполнен|помилк|збій|σφάλμα|αποτυχ|失敗|エラー|障害|異常|警告|停止|错误|失败|故障|告警|오류|실패|장애|경고"
    r"|שגיאה|כשל|خطأ|فشل|lỗi",
    re.IGNORECASE,
)


def says_i(text: str) -> bool:
    """True if the text has a word of the first person, or a polite ending of a tongue that leaves it out."""
    return says_i_itself(text) or (not text.isascii() and bool(_POLITE.search(text)))


def says_i_itself(text: str) -> bool:
    """True if the text has a word of the first person."""
    return bool(_FIRST_PERSON.search(text) or _SMALL_I.search(text)) or (not text.isascii() and bool(_FOREIGN_I.search(text)))


def says_we(text: str) -> bool:
    """True if the text has a "we" that does something, or a "me"."""
    return bool(_WE.search(text))


def asks(text: str) -> bool:
    """True if the text asks somebody to do something."""
    lowered = text.lower()
    return bool(_REQUEST.search(lowered)) or (not text.isascii() and bool(_FOREIGN_REQUEST.search(lowered)))


def is_alarming(text: str) -> bool:
    """True if the text has a word of trouble, or a label with its value."""
    return bool(_ALARMING.search(text)) or (not text.isascii() and bool(_ALARMING_ABROAD.search(text)))


def mentions_fault(text: str) -> bool:
    """True if the text speaks of a fault and does not report it: it quotes its words, or says that it is known."""
    return bool(_KNOWN.search(text)) or any(is_alarming(found[0]) for found in _IN_QUOTES.finditer(text))
