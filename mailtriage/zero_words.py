"""The words around a count of trouble, in the tongues of programs: words of trouble themselves, and what stands beside them."""

from __future__ import annotations

import re
from functools import lru_cache

# By tongue; what follows a stem is a case or a plural. Words that must be whole end with `$`.
_STEMS = """
error erroneous errs?$ failure failed$ fails?$ failing$ fault problem issues?$ warning alert alarm critical corrupt broken$ missing$
unreachable
rejected reject(?:ion)?s?$ refus denied denial abort(?:ed|s)?$ bad$ dead$ defect mismatch conflict exception crash timeout infected
infection
threat virus malware vulnerabilit invalid lost$ dropped$ drops?$ skipped$ unavailable expired offline$ incident complaint stale overdue
unresponsive inconsisten discrepanc outage timed$ stuck$ hung$ zombie down$ degraded faulted faulty defunct panic$ panics$ unrecover
uncorrect
anomal suspended$ pending$ unreadable$ unavail$ retr(?:y|ies)$ violation
fehler fehlgeschlagen fehlschl gescheitert abgebrochen abbruch abbrüch warnung störung stoerung ausfall ausfäll ausgefallen defekt
beschädig
kritisch schwerwiegend abgelehnt abgewiesen verweigert zurückgewiesen ungültig unvollständig überschritten überschreitung unerreichbar
verloren
fehlend abgelaufen zeitüberschreitung infiziert bedrohung degradiert auffällig misslungen
erreur échec échou echec avertissement alerte alarme problème pannes?$ défaut défaillan anomalie refusé rejeté critique corrompu expiré
injoignable
interrompu abandonn perdue?s?$ manquant dégradé infecté indisponible dépassement
fout(?:en|meldingen)?$ foutmelding foutpercentage mislukt mislukking waarschuwing storing geweigerd afgewezen afgebroken verlopen$
beschadigd
onbereikba kritiek verloren ontbrekend uitgevallen overschreden geïnfecteerd
błęd błąd bled(?:y|ow)$ ostrzeże awari uster uszkodz odrzucon nieudan niepowodze krytyczn przekrocz niedostępn utracon brakując wygas
zainfekowan odmow
errore fallos?$ fallid fallad advertencia avisos?$ averí averiad rechazad denegad crític dañad caíd[oa]s?$ caducad expirad perdid
interrumpid inaccesible
incidencia infectad
errori fallit falliment avvis[oi]$ allarm guast rifiutat negat[oaie]$ critic danneggiat scadut pers[oiae]$ interrott irraggiungibil infett
erros?$ falhas?$ falh recusad rejeitad negad[oa]s?$ danificad corrompid interrompid avarias?$
fel$ felen$ felmeddeland misslyckad misslyckande varning larm$ avvisad nekad kritisk skadad avbrut avbrott
fejl feil(?:en|et|ene)?$ mislykke mislykket advarsel advarsler afvist avvist nægtet nektet beskadig skadet afbrud avbrudd udløbe utløp
virhe virheit varoitu hälyty epäonnist ongelm hylät vioitt kriitti viat$ vikoja$ vika$
chyb selh varování upozorněn poplach odmítnut kritick poškozen závad poruch neúspěšn přerušen nedostupn zlyh
hibá hiba$ hibák figyelmeztet riaszt sikertelen elutasít kritikus sérült megszakad megszakít lejárt
eror eroare eșec esec eșuat avertis respins
ошиб помил сбо[йеяи] предупрежд попередж неудач невдал отказ відмов проблем критич поврежд пошкодж недоступн тревог
napak grešk gresk galat hata$ hatalar
"""
_WORD = re.compile("|".join(stem[:-1] if stem.endswith("$") else rf"{stem}\w{{0,30}}" for stem in _STEMS.split()))
# German, Dutch and Danish glue their words: `Lesefehler`, `schrijffouten`.
_GLUED = re.compile(
    r"\w{2,30}(?:fehler|fehlern|fehlerrate|fehlerquote|ausfälle?|störung(?:en)?|warnung(?:en)?|fout|fouten|storing(?:en)?|fejl|alarme?)"
)
_STOPS = """
but however and or then because since due as after before when while with to on at in from by of for code codes number no nr num id index
status und oder aber jedoch weil bei beim auf im von zu an mit nach et ou mais car sur à au dans en de maar want bij op met van om i lub
ale bo na przy w z y o pero porque e ma se mas och eller men og på ved ja tai mutta a nebo protože és vagy и или но на в с та але disk
drive port slot bay sector block line row column unit volume device member channel cpu core node job pid rc exit level platte laufwerk
zeile sektor kanal gerät disque ligne secteur schijf regel dysk linia wiersz disco línea linea riga setor linha rad is now not has too
many few still bytes byte octets kb mb gb tb kib mib gib b s ms sec min
"""
_VERBS = """
is are was were be been a an the changed has have had got gave got went wurde wurden ist sind hat est sont a été is zijn jest
"""
_LEADS = """
of with were was are is had has have found reported there and or total only gave got finds shows sees counted detected mit waren wurden
sind gab es und hat haben mindestens avec dont et a eu met en waren zijn er z i jest było con y hubo hay e com med och og ja kanssa s a se
c с и было
"""
_ADJECTIVES = """
new known further more other any severe serious major neue neuen neuer weitere weiteren weiterer bekannten schweren kritischen nouvelle
nouvel nouvelles autre nieuwe verdere andere bekende nowych innych nuevos nuevas nuevo nuevo otros nuovi altri novos novas outros nya nye
flere uusia nové nových žádné új novi новых других
"""
_AND = "and or und oder et ou en of i lub y o e och eller og tai ja a nebo és и или та /"
_SHARES = "rate ratio count counts total percentage percent found detected (s) out quote taux"
_STATES = "DOWN DEGRADED FAULTED OFFLINE DEAD BAD BROKEN UNAVAIL CRITICAL ALERT ALARM PROBLEM PANIC"
_ABLE = "disk drive port slot sector block line row column unit volume device member channel cpu core node job en in of de z"
STOPS = frozenset(_STOPS.split())  # not mere names of what is counted, or names of what bears a number itself
STOPS_BEFORE = STOPS - frozenset(_ABLE.split())  # the same between a zero and its word: `0 disk errors`
VERBS = frozenset(_VERBS.split())  # behind these a word of trouble says what happened
LEADS = frozenset(_LEADS.split())  # what stands before a zero that counts: `with 0 errors`
ADJECTIVES = frozenset(_ADJECTIVES.split())
AND = frozenset(_AND.split())
SHARES = frozenset(_SHARES.split())  # what a count is called
STATES = frozenset(_STATES.split())
# Behind these another word of trouble begins a statement of its own: `0 errors ALERT ...`; `0 critical errors` is one.
NOUN = re.compile(
    r"(?:errors|warnings|failures|faults|problems|issues|alerts|alarms|exceptions|conflicts|timeouts|\w*fehler|\w*warnungen|\w*ausfälle"
    r"|probleme|erreurs|alertes|échecs|problèmes|fouten|waarschuwingen|problemen|błędów|awarii|errores|fallos|errori|erros|falhas|virhettä"
    r"|ошибок)"
)
COUNTABLE = re.compile(rf"\w+(?:s|ed|ble|ing)|offline|unavail|{NOUN.pattern}")
BEHIND = re.compile(r"krytyczn\w+|critiques?|crític[oa]s?|critic[ihoe]+|критич\w+")  # adjectives that follow their noun
NOTHING = (
    r"none|no|nil|false|never|null|keine?[nrs]?|nichts|aucune?s?|néant|rien|geen|nihil|niets|brak|żadn\w{1,3}|ningun[oa]s?|nada"
    r"|nessun[oa]?|niente|nenhuma?|inga|ingen|inget|ingenting|ei|žádn\w{1,3}|žiadn\w{1,3}|nincs|nincsenek|нет|немає|[-–—]{1,3}|\[\]"
)
NEGATION = (
    r"no|none|zero|keine?[nr]?|ohne|aucune?s?|sans|pas d['’e]|ningun[oa]?s?|ningún|sin|nessun[oa]?|nessun['’]|senza|geen|zonder|brak"
    r"|żadn\w{1,4}|bez|nenhuma?|sem|inga|ingen|inget|utan|uden|uten|ei|ilman|žádn\w{1,4}|žiadn\w{1,4}|nincs|nincsenek|нет|без|немає"
    r"|fără|nicio|niciun|nema"
)
# What of many was not done, whole, with its verb: behind a zero it counts none.
CLAUSES = (
    r"(?:could|can)(?: ?not|n['’]t) be \w+|(?:were|are|have)(?: not|n['’]t) (?:been )?\w+|did(?: not|n['’]t) \w+"
    r"|(?:were |are )?unable to \w+|(?:will )?expir(?:e|ing) (?:soon|(?:with)?in (?:(?:the next|less than) )?\d{1,4} \w+)"
    r"|(?:are )?(?:about|due|going) to expire"
    r"|(?:konnten|können) nicht (?:\w+ )?\w+ werden"
    r"|n['’]ont (?:pas )?pu (?:être )?\w+|(?:sont )?impossibles? à \w+"
    r"|(?:konden|kunnen) niet (?:worden \w+|\w+ worden)"
    r"|nie (?:udało się|można było|można) \w+"
    r"|no (?:se )?(?:pudieron|han podido) (?:ser )?\w+|no se (?:pudo|puede|ha podido) \w+|non è stato possibile \w+"
    r"|não foi possível \w+|kunde inte \w+(?: bort)?|kunne ikke \w+|nelze \w+|не удалось \w+|nem sikerült \w+"
)
# States that take more than a word of trouble.
CONDITIONS = (
    r"(?:over|above|out of) (?:the |their )?(?:quota|limits?|thresholds?|sync)|(?:(?:quotas?|limits?|thresholds?) )?exceeded"
    r"|not (?:responding|reachable|running|found)|nicht (?:gefunden|erreichbar)|(?:quota|limit|grenzwerte?) überschritten"
    r"|(?:(?:quotas?|seuils?|délais?|limites?) )?dépassée?s?|(?:quota|limiet) overschreden|niet gevonden|(?:te|bijna) vol"
    r"|nie znaleziono|limit przekroczony"
)
THINGS = (
    r"(?!bytes)\w{2,20}[^\W\dsiuo]s|\w{0,20}(?:dateien|ordner|verzeichnisse|benutzer|postfächer|rechner|zertifikate|utilisateur|fichier"
    r"|bestanden|mappen|certificaten|plików|pliki|użytkowników|certyfikatów|archivos|usuarios|equipos|file|utenti|certificati|arquivos"
    r"|ficheiros|usuários|filer|användare|brugere|souborů|файлов|fájlt)"
)
NOBODY = r"none|keine?[rs]?|aucune?s?|néant|geen|brak|ningun[oa]s?|nessun[oa]?|nenhuma?|inga|ingen|inget|žádn\w{1,3}|nincs|нет|немає"


@lru_cache(maxsize=1 << 13)
def is_bad(word: str) -> bool:
    """Whether the word, in whatever case, is one of trouble in some tongue: `Fehler`, `mislukt`, `błędów`, `errors`."""
    parts = (part.rpartition("-") for part in re.split(r"[/'’]", word.casefold()))
    ends = (before if end in SHARES else end for before, _, end in parts)
    return any(_WORD.fullmatch(end) or _GLUED.fullmatch(end) for end in ends)
