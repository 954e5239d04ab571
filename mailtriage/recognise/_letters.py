"""The form of a letter: how people greet, take their leave and sign, in the tongues admins write in.

Form letters of vendors have it too: what tells them from people is judged in _people.py.
"""

from __future__ import annotations

import re

_NAME = r"[^\W\d_a-z][^\W\d_]{0,19}\.?(?:[ -][^\W\d_a-z][^\W\d_]{0,19}\.?){0,3}"
_WORDS = (
    r"(?:hi|hiya|hello|hey|hallo|moin|dear|lieber?|servus|guten (?:tag|morgen|abend)|grüezi|grüß gott|(?:sehr )?geehrte[rs]?"
    r"|good (?:morning|afternoon|evening|day)|g'day|greetings|guys|folks|all|team|everyone|everybody|colleagues|gents|kollegen|leute"
    r"|bonjour|bonsoir|salut|coucou|madame|monsieur|chère?s?|hola|ola|buen(?:os|as)|estimad[oa]s?|querid[oa]s?|ciao|salve|gentil[ei]"
    r"|egregi[oa]|buon(?:giorno|asera)"
    r"|car[oaie]|olá|oi|bom dia|boa (?:tarde|noite)|prezad[oa]s?|hej(?:san)?|god (?:dag|morgon|morgen)|kära?|kære|hoi|dag|goedemorgen"
    r"|goedemiddag|goedenavond"
    r"|beste|geachte|goeiedag|cześć|dzień dobry|witam|witajcie|szanown\w{1,4}|hejka|dobrý|ahoj|vážen\w{1,3}|привет|здравствуйте"
    r"|добрый|уважаем\w{1,3}|вітаю|добрий"
    r"|шановн\w{1,3}|merhaba|selam|sayın|iyi günler|szia(?:sztok)?|kedves|tisztelt|jó (?:napot|reggelt)|hei|moi|terve|hyvä|tere"
    r"|sveiki|labas|laba diena"
    r"|γεια|καλημέρα|αγαπητ|שלום|היי|مرحبا|السلام|chào|bună|stimat\w?|zdravo|pozdrav|poštovan\w?|živjo|здраво|здравейте|你好|您好|各位|大家好"
    r"|お世話|お疲れ"
    r"|こんにちは|안녕하세요|สวัสดี)(?:\b(?!\.)|(?<=[^\x00-\u036f]))"
)
_GREETING = re.compile(rf"{_WORDS}[^\n:]{{0,60}}", re.IGNORECASE)
_NAMED = re.compile(rf"(?i:{_WORDS}) ({_NAME}) ?[,!.]{{0,3}}")
_ADDRESS = re.compile(rf"{_WORDS}(?: [^\W\d_]{{1,20}}){{0,3}} ?[,!]{{1,3}} \S", re.IGNORECASE)
_VOCATIVE = re.compile(
    r"(?:guys|folks|all|team|everyone|everybody|colleagues|gents|kollegen|leute|dag|oi|car[oaie]|moi)\b(?!,|!| zusammen)", re.IGNORECASE
)
# What stands above a name, or in one line with it.
_LEAVE = (
    r"(?:all the best|take care(?! (?:of|that|to|not|when|if))|(?:un |una )?abra[zç](?:os?|adas?)|besos|beijos|salutacions|unha aperta"
    r"|(?:un )?abbracc(?:io|i)|amitiés|bises"
    r"|bisous|schöne[ns] (?:tag|abend|wochenende|feierabend)|fijn weekend|fijne (?:dag|avond)|kram|knus|ha det(?: (?:bra|gott|godt))?"
    r"|měj(?:te)? se|miłego (?:dnia|weekendu)|trzymaj(?:cie)? się|всего (?:доброго|хорошего)|гарного дня|kolay gelsin|φιλικά|numai bine"
    r"|(?:best|kind|kindest|warm)?\s?(?:regards|wishes)|best,|cheers|thanks(?: (?:in advance|a lot|again))?|thank you|thx|ta,"
    r"|many thanks|sincerely|yours|rgds|br,"
    r"|(?:viele |liebe |beste |schöne |freundliche |herzliche |mit freundlichen |mit besten )?gr(?:ü|ue)(?:ß|ss)en?|gruß|gruss|mfg|lg"
    r"|vg|bg|(?:vielen |besten )?dank(?:e)?"
    r"|bis (?:dann|später|morgen|bald)|tschüss?|cordialement|bien (?:cordialement|à (?:vous|toi))|cdt|salutations|bonne journée"
    r"|merci(?: d'avance)?|amicalement|à (?:bientôt|plus)"
    r"|(?:un )?saludos?(?: cordiales)?|(?:muchas )?gracias|atentamente|hasta (?:luego|pronto)"
    r"|(?:cordiali |distinti |un )?saluti?|(?:mille )?grazie|a presto|buona (?:giornata|serata)"
    r"|obrigad[oa]|atenciosamente|(?:melhores )?cumprimentos|att,?|(?:met )?(?:vriendelijke )?groet(?:en|jes)?|gr\.|mvg"
    r"|m\.v\.g\.|alvast bedankt|bedankt|dank je"
    r"|(?:med )?(?:vänlig(?:a)? |vennlig |venlig |bästa |beste )?h(?:ä|i)ls(?:ning(?:ar)?|en)|mvh|tack(?: på förhand)?|takk|tak"
    r"|(?:ystävällisin )?terveisin|kiitos|ystävällisin|t\."
    r"|pozdrawiam|pozdrowienia|dzięki|dziękuję|z (?:góry |poważaniem)|z wyrazami|(?:předem )?díky|(?:předem )?děkuji|s pozdravem"
    r"|s pozdravom|ďakujem|zdravím|hezký den|pěkný den"
    r"|с уважением|спасибо|з повагою|дякую|благодаря|поздрави|teşekkür\w{0,8}|saygılar\w{0,4}|iyi çalışmalar|köszön\w{1,8}|üdv\w{0,9}"
    r"|tisztelettel|ευχαριστ\w{0,4}|με εκτίμηση"
    r"|תודה|בברכה|شكرا|مع تحيات|مع أطيب|cảm ơn|mulțumesc|cu stimă|(?:lep )?pozdrav|lp|hvala|谢谢|謝謝|此致|よろしく|以上|감사합니다|ขอบคุณ)"
)
_LEAVE_TAKEN = re.compile(rf"^(?:{_LEAVE}(?![\w.-])[^\n:=]{{0,40}}|-- ?)$", re.IGNORECASE | re.MULTILINE)
_SIGNED = re.compile(
    rf"^[ \t]{{0,4}}(?i:{_LEAVE})(?![\w-])[ \t,.:!]{{0,4}}\s{{1,4}}(?:[-–/][ ]?)?({_NAME})[ \t]*$"
    rf"|\n\n[^\W\d_][^\n:=\d,]{{0,30}}[,!]?\n{{1,2}}({_NAME})[ \t]*\s*\Z|\n\n({_NAME})[ \t]*\s*\Z"
    rf"|^[ \t]{{0,4}}[-–—/]{{1,2}} ?({_NAME})[ \t]*\s*\Z|(?<=[.!?]) {{1,3}}[/–—-]{{1,2}} ?({_NAME})[ \t]*\s*\Z",
    re.MULTILINE,
)
_LEAVE_AND_NAME = re.compile(rf"^{_LEAVE}[ ,]+(?={_NAME}$)", re.IGNORECASE)
_NAME_BELOW = re.compile(rf"[.!?…)]\n({_NAME})\s*\Z")

_PLEASE = re.compile(
    r"\b(?:prosím|proszę|por favor|per (?:favore|cortesia)|s['’]il (?:vous|te) pla[iî]t|alstublieft|a\.u\.b\.|snälla|lütfen"
    r"|пожалуйста|будь ласка|kérem"
    r"|kérlek|παρακαλώ|vă rog|molim|palun|skulle (?:ni|du) kunna|kan (?:ni|du|je|jullie)|czy (?:może|mógł|mogł)\w*)\b",
    re.IGNORECASE,
)


# Whatever the tongue: `Kurt,`, `Sam --`, `Estimados,`, `To whom it may concern,` with nothing behind it.
_SALUTATION = re.compile(r"[^\W\d_](?:[^\W\d_]|[.'’ -](?=[^\W\d_])){1,50} ?(?:,|!|--?|–|—)", re.IGNORECASE)


def salutes(line: str) -> bool:
    """True if the line has the form of one that speaks to somebody: a few words, a comma, and nothing more."""
    return bool(_SALUTATION.fullmatch(line)) and line.count(" ") <= 5


def greets(line: str) -> bool:
    """True if the line, without what goes around it, is a greeting and nothing more."""
    return bool(_GREETING.fullmatch(line)) and not _VOCATIVE.match(line)


def named(line: str) -> str:
    """Whom a greeting names, "" if nobody."""
    found = _NAMED.fullmatch(line)
    return found[1] if found else ""


def addresses(line: str) -> bool:
    """True if the line begins by speaking to somebody, as a short letter in one paragraph does."""
    return bool(_ADDRESS.match(line))


def takes_leave(text: str) -> bool:
    """True if a line of the text is the end of a letter."""
    return bool(_LEAVE_TAKEN.search(text))


def signature(text: str) -> str:
    """The name below a leave, or behind a dash at the end; "" if there is none."""
    names = (name for found in _SIGNED.finditer(text) for name in found.groups() if name)
    names = (_LEAVE_AND_NAME.sub("", name) for name in names)  # `Terveisin Antti` has the form of a name itself
    return next((name for name in names if name and not takes_leave(name)), "")


def name_below(text: str) -> str:
    """The name alone on the last line, right below a sentence; "" if there is none."""
    found = _NAME_BELOW.search(text)
    return found[1] if found else ""


def is_polite(text: str) -> bool:
    """True if the text has a "please" of a tongue whose machines do without."""
    return bool(_PLEASE.search(text))


def body(text: str) -> str:
    """The text without the line that greets and without the paragraph in which leave is taken, where it has them."""
    first, _, rest = text.strip().partition("\n")
    first = first.rstrip(" :")
    said = rest.strip() if greets(first) or salutes(first) else text.strip()
    above, _, last = said.rpartition("\n\n")
    return above.strip() if takes_leave(last) or signature(f"\n\n{last}") else said


def is_letter(text: str) -> bool:
    """True if the first line greets and a line takes leave."""
    return greets(text.lstrip()[:400].partition("\n")[0].rstrip(" :")) and takes_leave(text)
