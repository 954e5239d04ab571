"""What shows that somebody typed a short text, where no header tells: chat words, hedges, words to the reader.

A text with the structure of an output is none. But a job prints a word or two as well: where no header tells, they may be a
person's answer, and are not dropped.
"""

from __future__ import annotations

import re
from functools import cache

_LONGEST_WORDS = 60
_MOST_ANSWER_WORDS = 6

# What people answer in a word or two, by tongue. `Killed`, `failed` and the names of what a job did are not among them.
_ANSWERS = """
ok okay okey okie k oki kk done fixed finished thanks thx thank thanx tnx ty cheers yes yep yeah yup no nope nah fine great good perfect
nice
super cool sure right agreed approved correct exactly noted ack understood roger received seen welcome sorry lgtm ditto bingo hooray
working works solved
ready confirmed lol rofl haha sounds same please pls bye hello hi hey
danke erledigt fertig ja nein gut klar passt prima läuft gemacht genau stimmt bitte gern gerne verstanden top jo jepp nö geht behoben dran
gelöst gesehen
merci oui non fait fini terminé parfait reçu bien entendu désolé corrigé compris ça marche voilà
gracias sí si hecho listo vale perfecto claro recibido terminado solucionado entendido arreglado
grazie fatto sì perfetto ricevuto finito risolto capito bene
bedankt dank klaar nee goed akkoord gedaan gelukt opgelost prima dankjewel
obrigado obrigada sim não feito pronto certo beleza resolvido entendi
tack takk tak nej nei klart bra ferdig færdig fixat løst löst fint greit perfekt
kiitos kiitti joo kyllä ei valmis selvä hyvä tehty toimii korjattu
dzięki dziękuję dzieki nie gotowe zrobione dobrze dobra naprawione działa jasne
díky děkuji ano ne hotovo jasně dobře opraveno funguje
ďakujem áno hotové dobre vďaka
köszönöm köszi igen nem kész rendben
mulțumesc mersi da nu gata bine rezolvat
teşekkürler tamam tamamdır evet hayır bitti oldu sağol
спасибо да нет готово сделано хорошо ок понятно понял поняла исправлено работает ага дякую так ні зроблено добре
благодаря не готов ευχαριστώ ναι όχι έτοιμο εντάξει
hvala gotovo riješeno rešeno redu ačiū taip aitäh jah korras paldies jā
はい いいえ 了解 了解です 了解しました 承知しました ありがとう ありがとうございます 完了 完了しました 完了です
大丈夫 大丈夫です 対応済み 対応しました 直りました
好 好的 谢谢 謝謝 多谢 完成 完成了 已完成 收到 是 是的 不是 可以 没问题 搞定 搞定了 解决了 已解决
네 예 아니오 감사합니다 고맙습니다 완료 완료했습니다 확인했습니다 알겠습니다
תודה כן לא בסדר شكرا نعم لا تم حسنا cảm ơn vâng xong rồi ขอบคุณ ขอบคุณครับ ขอบคุณค่ะ ครับ ค่ะ เสร็จแล้ว ได้ครับ terima kasih ya tidak
selesai sudah
"""
# What may stand beside them.
_FILLERS = """
it is it's its that that's this all now and the a you so much very again lot to me too for will do go ahead on i with of looks look
everything we are was here there still guys everyone work job
es ist das alles jetzt und die der dir euch ihnen so viel sehr wieder schon mir auch in ordnung ich vielen lieben besten herzlichen dank
nochmal mal hat sich bin da hier nicht auch doch
c'est ce est tout va et vous toi maintenant beaucoup d'accord de rien à nouveau je suis pour est-ce
ya todo está muy muchas de acuerdo por eso es y
è tutto va ora di nuovo mille d'accordo a posto e ho
het alles weer nu je u hoor wel heel erg
tudo já está muito bem e é
det är er alt allt nu så mycket meget for igen igjen til
to už je už jest wszystko już bardzo se az всё все уже вам тебе большое это ok
"""
# A line of a program, a log, a table: no answer and no note of somebody.
_STRUCTURE = re.compile(
    r"\d\d:\d\d:\d\d|^\s*\[?(?:19|20)\d\d-\d\d-\d\d|^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d"
    r"|^\s*(?!(?:ps|p\.s|fyi|btw|nb|note|update|hi|hey|hello|hallo|edit|tl;dr|re)\b)[\w./()-]{1,40}(?:\[\d+\])?: "
    r"|^[\w ./-]{1,40}: {2,}\S|\S: *$"
    r"|^\s*(?:/|~/|[A-Z]:\\|\./)\S|^\s*[\[<{#|+=*]|^\s*[-=*_~]{3,}|\S[ \t]{3,}\S|\t|^\s*at \S+\(|^Traceback|^[<>] |\w\(\d\)"
    r"|^\s*(?:ERROR|WARN(?:ING)?|CRIT(?:ICAL)?|FATAL|INFO|NOTICE|ALERT|FAIL(?:ED|URE)?|PROBLEM|DOWN|DEBUG|EMERG\w*|PANIC)\b"
    r"|\b(?:exit(?:ed)?|return(?:ed)?|status|code|errno|rc)\b[ =:#]*(?:code |status )?-?\d|\bline \d+|\b\d{1,9} (?:of|von|sur) \d"
    r"|\w=[^\s=]*(?:\s|$)",
    re.MULTILINE,
)
# Each of these is seldom or never printed: two points.
_STRONG = re.compile(
    r"\b(?:pls|plz|thx|tnx|btw|fyi|afaik|afaict|imho|imo|iirc|asap|lol|omg|wtf|hmm+|uhm?|argh|yay|thanks|cheers mate|dont|cant|wont"
    r"|didnt|doesnt|isnt|thats|whats|dunno|gonna|wanna|gotta"
    r"|lg|mfg|vlg|danke|vg|merci|svp|stp|gracias|xfa|grazie|dzięki|proszę|prosím|díky|bedankt|tack|kiitos|спасибо|спс|пж|пожалуйста"
    r"|teşekkürler|köszi)\b(?! (?:for|für|pour|por|per|voor|för|for|za|за) (?:you|ih|vo|su|il|la|uw|je|de|din|dit|va|va|ob))"
    r"|^(?:yes|yep|yeah|no|nope|ok(?:ay)?|sure|right|well|done|fixed|agreed|ja|nein|jo|oui|non|sí|sì|tak|nie|ano|да|нет|evet"
    r"|igen)(?:[,.!]+ (?=\w)| (?=please|bitte))"
    r"|^(?:yes|yep|yeah|sure|agreed) (?=[a-z])"
    r"|\b(?:call|ring|ping|text|tell|ask|give|show|send|let) (?:me|us|him|her|them)\b|\blet it\b|\b(?:do i|should i|shall i|can i"
    r"|may i|am i)\b"
    r"|\b(?:ruf\w*|sag\w*|gebt?|schreib\w*|frag\w*|meld\w*) (?:mich|mir|uns|euch)\b|\b(?:that was me|it was me|got it|on it|was ich"
    r"|falls was"
    r"|(?:shout|yell|ping|scream|speak up) if|if (?:you|anyone|anybody|somebody) (?:minds?|objects?|needs?|wants?|likes?|knows?"
    r"|don['’]?t|see)"
    r"|will (?:look|check|have|try|take|fix|call|come|be back|do it|let)|ignore (?:the|this|that|all|my|any)|(?:we|they)['’]re"
    r")\b"
    r"|\b(?:hab|habs|schaue?|guck\w?|kümmere?)\b(?! ich)|\bc['’](?:est|était) (?!à dire)|\bho \w+(?:ato|uto|ito|tto|sso|sto|rto|lto"
    r"|nto|eso|iuso)\b|\bhe \w+(?:ado|ido)\b"
    r"|\b(?:reinici|cambi|revis|mir|arregl|apagu|reemplac|prob|configur|actualic|instal|desactiv|activ|borr|dej|sustitu|arregl)[éí]\b"
    r"|\bmiro\b"
    r"|\w{2,}(?:łem|łam|liśmy)\b|\w+la? jsem\b|\bjsem \w+l[aoiy]?\b|\w{3,}(?:d|t)[ıiuü]m\b(?<!tim)(?<!dim)|\w{3,}(?:ttam|ttem|ltam"
    r"|ltem|tuk|tük)\b"
    r"|\b(?:no idea|not sure|my bad|false alarm|never ?mind|no worries|don['’]?t (?:touch|worry|panic|forget|know|reboot|wait|bother)"
    r"|keep an eye|go ahead"
    r"|have a look|take a look|heads[- ]up|as (?:usual|discussed|agreed|promised|last time)|for now|by the way|i guess|looks? (?:fine"
    r"|good|ok|fishy|odd|weird|like))\b"
    r"|\b(?:heute morgen|heute abend|gestern abend|kein plan|keine ahnung|fehlalarm|ruf mich|sag mir|nicht anfassen|mal (?:schauen"
    r"|gucken|sehen|eben)|schau mal"
    r"|finger weg|sieht (?:gut|komisch) aus|glaub(?:e)?|fausse alerte|ce matin|hier soir|aucune idée|appelle[- ]moi|ne touche[zr]? pas"
    r"|falsa alarma|falso allarme"
    r"|ni idea|llámame|esta (?:mañana|noche)|stamattina|non toccate|vals alarm|geen idee|bel me|vanavond|fałszywy alarm|nie ruszać"
    r"|nie wiem|planý poplach"
    r"|nesahejte|väärä hälytys|falskt larm|falsk alarm|falso alarme|não mexam|yanlış alarm|téves riasztás|ложная тревога|не трогайте"
    r"|хибна тривога)\b"
    # Programs do not speak of what will be tomorrow.
    r"|\b(?:tomorrow|tonight|mañana|domani|demain|jutro|zítra|zajtra|imorgon|huomenna|amanhã|завтра|yarın|holnap|mâine|sutra|αύριο"
    r"|heute (?:nacht|abend|mittag)|morgen (?:früh|abend|um|mach|schau|komm)|(?:ce|samedi|dimanche|lundi) (?:soir|matin)|(?:before"
    r"|until|by|on) (?:mon|fri)day)\b"
    r"|明日|明天|내일|\b(?:see you|still (?:broken|down|slow|the same) for me|is there anyone|es ist wieder|sollte (?:jetzt|wieder)"
    r"|ist wieder da|should be (?:ok|fine|good|back))\b"
    r"|(?<!\S)[:;8]['-]?[)(DPp](?!\w)|\?[?!]|!\?|[😀-🙏👍👌🤷🤦🙄]"
    r"|(?:の件(?:です)?(?:が|について|は)|思います|思われ|(?:確認|対応|連絡|報告)し(?:ておき)?ます。|私(?:が|は)|すみません|お願い)|ですね|我(?:觉得|刚|先|已经)|麻烦|不好意思"
    r"|것 같|할게요|제가",
    re.MULTILINE | re.IGNORECASE,
)
# Programs print one of these now and then, but not several.
_WEAK = re.compile(
    r"\b(?P<hedge>probably|maybe|perhaps|apparently|seems|somehow|hopefully|weird|strange|actually|just|wohl|vielleicht|anscheinend"
    r"|irgendwie|eigentlich"
    r"|leider|peut-être|apparemment|quizás|parece|forse|magari|misschien|blijkbaar|chyba|może|asi|možná|kanske|ehkä|может|наверное"
    r"|вроде)\b"
    r"|\b(?P<when>tomorrow|tonight|yesterday|this (?:morning|afternoon|evening|week)|last (?:night|week|time)|next (?:week|time)|later"
    r"|soon|already|again"
    r"|right now|today|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|morgen früh|gestern|heute|morgen|später|bald|schon|wieder|demain"
    r"|hier|bientôt|mañana|ayer|domani"
    r"|ieri|subito|gisteren|straks|jutro|wczoraj|dzisiaj|zítra|včera|dneska|imorgon|igår|huomenna|eilen|завтра|вчера|сегодня|yarın"
    r"|holnap)\b"
    r"|\b(?P<we>we|our|us|wir|uns|nous|nos|wij|ons|мы|нас|you|your|du|dir|euch|vous|tu|jij|jullie|ты|вы)\b"
    r"|\b(?P<please>please|bitte|por favor|per favore|s['’]il (?:vous|te) pla[iî]t|alsjeblieft|graag|snälla|lütfen|kérlek)\b"
    r"|\b(?P<sorry>sorry|oops|ups|perdón|pardon|désolée?|scusate|tut mir leid)\b|(?P<shout>!{2,}|\.\.\.(?= [a-z])|…(?= ))"
    r"|(?P<aside>\((?:see|siehe|i |aka|again|wieder|the |der |die )|;[ -]?\))"
    r"|(?P<cjk>明日|昨日|今日|今朝|明天|昨天|今天|내일|어제|오늘|ですが|また|です。)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:^|(?<=[.!?,] ))(?:who|what|which|when|where|why|how|can|could|is|are|do|does|did|should|shall|will|would|has|have|any|wer|was"
    r"|wann|wo|warum|wieso|wie|welche\w?|kann"
    r"|ist|sind|hat|haben|soll|qui|que|quoi|quel\w*|pourquoi|quand|comment|est-ce|qu['’]|où|quién|qué|cuándo|por qué|cómo|dónde"
    r"|puede\w*|¿|chi|che|perché|quando"
    r"|dove|come|quale|waarom|wat|wanneer|waar|hoe|kan|kunnen|is|hvorfor|hvem|hva|hvad|hvornår|varför|vem|vad|när|var|miksi|kuka|mikä"
    r"|milloin|onko|voiko\w*|voisi\w*"
    r"|saako|czy|dlaczego|kto|co|kiedy|gdzie|jak|proč|kdo|kdy|kde|můžu|můžeme|miért|ki|mi|mikor|hol|neden|kim|nasıl|ne zaman|почему"
    r"|кто|что|когда|где|как|можно"
    r"|чому|хто|коли|γιατί|ποιος|πότε|por que|quem|onde|posso|de ce|cine|când)\b[^\n!=]{2,200}?\?(?=\s|$)"
    r"|[かの]？|吗？|呢？|까요\?|나요\?",
    re.IGNORECASE | re.MULTILINE,
)
_BEGINS_SMALL = re.compile(r"[a-zäöüéèáíóúñçåøæ][^\n]*[^\W\d_][,.!?] +[a-z][^\W\d_]")  # `rebooted it, looks fine. raid is ...`
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")

_EDGES = re.compile(r"^\W+|\W+$")
_BESIDE_WORDS = re.compile(r"[\s.,!?…;:)('’\"。、!?–—-]|[😀-🙏👍👌]|[\u0e00-\u0e7f\u0900-\u0dff]")  # the last are vowels


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(_ANSWERS.split()), frozenset((*_ANSWERS.split(), *_FILLERS.split()))


def is_answer(text: str) -> bool:
    """True if the text is nothing but what people answer in a word or two: `ok`, `thanks, done`, `läuft wieder`."""
    said = text.strip()
    if said in ("+1", "-1", "👍", "👌", "🙏"):
        return True
    words = said.casefold().replace("’", "'").split() if len(said) <= _LONGEST_WORDS else []
    if not 0 < len(words) <= _MOST_ANSWER_WORDS or not _is_words_alone(said):
        return False
    answers, all_words = _words()
    words = [_EDGES.sub("", word) for word in words if any(map(str.isalpha, word))]
    return any(word in answers for word in words) and all(word in all_words for word in words)


def is_a_word(text: str) -> bool:
    """True for a text of one word or two, with nothing of an output: it may be somebody's answer."""
    said = text.strip()
    return 0 < len(said) <= _LONGEST_WORDS and len(said.split()) <= 2 and _is_words_alone(said)


def _is_words_alone(said: str) -> bool:
    rest = _WORD.sub("", said)
    if rest == said or re.match(r"\s*[-=>*:]", said):
        return False
    return not _BESIDE_WORDS.sub("", rest)


def has_structure(text: str) -> bool:
    """True if a line has the form of a log, a table, a label with its value or a program's complaint."""
    return bool(_STRUCTURE.search(text))


def points(text: str) -> tuple[int, int]:
    """How much a text without structure reads as typed, and how many of its signs are strong."""
    text = text.strip()
    strong = {found[0].casefold() for found in _STRONG.finditer(text)}
    weak = {found.lastgroup for found in _WEAK.finditer(text)}
    asked = _ASKED.search(text)
    # A program asks what may be wrong after it complained, never first.
    n_asked = 0 if asked is None else 1 if asked.start() else 3
    return 2 * len(strong) + len(weak) + n_asked + bool(_BEGINS_SMALL.match(text)), len(strong) + 2 * (n_asked > 1)
