"""Words of trouble in the languages programs are translated to most: German, French, Spanish, Italian, Dutch, Portuguese, and some others.

Read from the translations of coreutils, tar, rsync, bash, wget, PostgreSQL, apt and libc. Patterns for RE2, in any case.
"""

from __future__ import annotations

# Nothing went wrong, in other words.
NOTHING = (
    r"(?:\bkeine?[nr]?|\bohne|\baucune?|\bsans|\bning[uú]n[ao]?|\bsin|\bnessun[ao]?|\bsenza|\bgeen|\bzonder|\bnenhuma?|\bsem"
    r"|\binga|\bingen|\bbez) +"
    r"(?:\w+ )?(?:fehler\w*|warnung\w*|probleme?n?|erreurs?|échecs?|avertissements?|problèmes?|errore?s?|errori|problemas?"
    r"|avisos?|problemi|avvisi|fouten|fout|"
    r"waarschuwingen|problemen|erros?|falhas?|fel|fejl|błędów|chyb|ошибок)",
    r"\bfehlerfrei\b|\bfoutloos\b",
    r"(?:エラー|警告|失敗|異常|错误|失败|异常|告警|오류|경고|실패)(?:数|件数|は|が)? ?[:：=]? ?"
    r"(?:0|なし|ありません|无|없음)(?:件|个|$|\s|[,，。)])",
    r"(?:没有|无|未发现)(?:错误|异常|失败|警告|告警)",
    r"\b(?:auf|im) (?:netz|normal)betrieb\b|\bnicht (?:degradiert|ausgefallen|auf batterie)\b"
    r"|\bbrak (?:problemów|błędów|awarii|uszkodzeń|usterek)\b"
    r"|\baucune? (?:anomalie|alerte|défaillance|panne|dégradation|défaut)\b|\b(?:aucun|sans|par) défauts?(?:\s|$|[:;,.!)])"
    r"|\b(?:geen|zonder) (?:storing\w*|defecten|problemen)\b"
    r"|\bkeine? (?:störung\w*|(?:strom)?ausf[aä]ll\w*|defekt\w*|auffälligkeiten)\b",
    r"(?:\bnolla|\bei|\bf[aă]r[aă]|\bnema|\bbrez|\btanpa|\bnincs|немає|без|нет) "
    r"(?:virhe\w*|erori|eroare|gre[sš]\w*|napak\w*|hiba|hib[aá]\w*|galat|помилок|ошибок)",
    r"(?:ошибок|помилок|błędów) (?:нет|немає|не (?:обнаружено|найдено|було)|brak)(?:\s|$|[,;.)])",
)
TROUBLE = (
    # German
    r"\b(?:fehlgeschlagen\w*|fehlschlag\w*|fehler(?:haft\w*|status|meldung\w*|code)?|\w*syntaxfehler|gescheitert|abgebrochen"
    r"|abbruch|misslungen|missglückt)\b",
    r"\b(?:konnten?|kann|können|könnte) (?:\S{1,40} ){0,6}?nicht\b|\bnicht (?:möglich|gefunden|erreichbar|verfügbar|lesbar"
    r"|geöffnet|gestartet|erlaubt|gültig|mehr)\b|\bunmöglich\b",
    r"\b(?:keine berechtigung|zugriff verweigert|verweigert|abgelehnt|zeitüberschreitung|kein speicherplatz|kein platz"
    r"|speicherplatz \w+ knapp|(?:festplatte|platte|partition)\b.{0,20} voll|\S*überschritten"
    r"|beschädigt\w*|defekt\w*|abgelaufen\w*|läuft \w*\s?ab|schwerwiegend\w*|kritisch\w*|störung\w*|\w*ausfall|ausgefallen"
    r"|speicherzugriffsfehler|wird knapp|getötet|datei oder verzeichnis nicht)\b",
    # French
    r"(?:^|[\s«(])(?:échec|échou\S*|délai (?:\S+ )*dépassé|dépassé\S*|état d.échec)",
    r"\b(?:erreurs?|impossible|introuvable|injoignable|n['’](?:a|ont) pas pu|refusée?s?|permission non accordée|aucun espace|plus d.espace"
    r"|a échoué|(?:disque|partition) (?:\S+ )?(?:plein|saturé)e?|aucun fichier ou dossier|expirée?s?"
    r"|abandon(?:né)?|arrêt avec code|corrompue?s?|erreur de segmentation|interrompue?|indisponible|alerte)(?:\s|$|[:;,.!)])",
    # Spanish, Portuguese
    r"\b(?:falló|fallo|fallido|fallida|fallaron|fallos?|ha fallado|no se (?:puede|pudo|pudieron|ha podido|ha encontrado"
    r"|encontró)|permiso denegado|denegad[oa]|rehusada|rechazad[oa]|no queda espacio|espacio en disco"
    r"|no existe|no encontrad[oa]|agotado|caíd[oa]|inaccesible|caducad[oa]|expirad[oa]|imposible|errores|violación de segmento"
    r"|error sintáctico)(?:\s|$|[:;,.!)])",
    r"\b(?:falhas?|falhou|erros?|não foi possível|não encontrad[oa]|negad[oa]|recusada|sem espaço|não existe|impossível"
    r"|permissão negada|tempo esgotado|não há espaço)(?:\s|$|[:;,.!)])",
    # Italian
    r"\b(?:fallit[oaie]|fallimento|errore|errori|non riuscit[oa]|non è (?:stato )?(?:possibile|riuscit[oa])|impossibile"
    r"|permesso negato|negato"
    r"|rifiutat[oa]|spazio esaurito|in esaurimento|non esistente|non trovat[oa]"
    r"|scadut[oa]|irraggiungibile|interrotto|errore di segmentazione|danneggiat[oa])(?:\s|$|[:;,.!)])",
    # Dutch
    r"\b(?:mislukte?|fout|fouten|foutmelding|\w*syntaxfout|fouttoestand|kan (?:\S{1,40} ){0,5}niet|kon(?:den)? (?:\S{1,40} ){0,5}niet"
    r"|geweigerd|niet gevonden|geen ruimte|bestaat niet"
    r"|onbereikbaar|verlopen|afgebroken|beschadigd|segmentatiefout|toegang geweigerd|onmogelijk)\b",
    # Scandinavian, Polish, Czech, Russian, Hungarian, Turkish
    r"\b(?:misslyckades|kunde inte|fel|nekas|åtkomst nekad|mislykkedes|kunne ikke|fejl|adgang nægtet|feil|nektet)(?:\s|$|[:;,.!)])",
    r"(?:błąd|błędy|nie można|nie udało się|nie powiodł\w+|odmowa|brak miejsca|nie znaleziono|brak dostępu|chyba"
    r"|selhal\w*|nelze|nenalezen\w*|přístup odmítnut|není místo)(?:\s|$|[:;,.!)])",
    r"(?:ошибк[аиу]|не удалось|не удаётся|отказано|не найден\w*|нет места|невозможно|сбой|недоступ\w+|nem sikerült|hiba"
    r"|başarısız|hata|bulunamadı)(?:\s|$|[:;,.!)])",
    # Japanese, Chinese, Korean
    r"エラー|失敗|できません|見つかりません|許可がありません|空き領域|错误|失败|无法|拒绝|不存在|没有空间|錯誤|失敗|無法|오류|실패|거부"
    r"|警告|異常|超えました|超えています|停止しました|告警|报警|警报|异常|超过|超出|宕机|不可用|경고|초과|장애",
    # Polish, Czech, Russian, Ukrainian, Finnish, Romanian, Croatian, Slovene, Hungarian, Indonesian: the stems of their words for an error
    r"(?:błęd(?:u|em|ami|y|zie)|błędn\w+|chybov\w+|chyby (?:při|v|na)|byly zaznamenány chyby"
    r"|ошибк(?:и|ам|ой|у)|ошибок|неисправност|помил(?:к|ок)|\bvirhe(?:\w*|itä)"
    r"|\b(?:eroare|erori(?:lor)?|gre[sš]k\w+|napak\w*|hibá\w*|gagal|galat|malsukces\w*))",
    # Power, disks and space: German
    r"\b(?:strom|netz|spannungs|lüfter|platten|netzteil)ausf[aä]ll\w*|\b(?:auf|im) (?:batterie|akku)(?:betrieb)?\b|\bunvollständig\w*"
    r"|\b(?:ist|sind|wird|werden|nicht) (?:\w+ )?(?:knapp|vollständig voll|degradiert|ausgesetzt|überhitzt)\b|\bknapp (?:auf|bei|an)\b"
    r"|\b(?:wird|werden|sehr|zu) (?:knapp|heiß|voll|warm)(?:\s|$|[:;,.!)])|\bdegradiert\w*|\bherabgestuft\w*"
    r"|\b(?:fast|nahezu|beinahe) (?:voll|leer|erschöpft)\b"
    r"|\b(?:muss|müssen|bitte) (?:\S{1,30} ){0,4}(?:ersetzt|ersetzen|getauscht|austauschen|tauschen)\b"
    r"|\bnicht (?:vollständig|synchron|redundant)\b"
    r"|\b(?:9\d|100)(?:[.,]\d+)? ?%(?:ig)? (?:\w+ )?(?:belegt|voll|gefüllt|ausgelastet|verbraucht)\b"
    r"|\b(?:belegt|voll|gefüllt)(?:: |\W{1,3}zu )(?:9\d|100) ?%"
    r"|\bnur (?:noch )?[\d.,]+ ?(?:[KMGT]i?B|%) (?:frei|verfügbar|übrig)\b|\bspeicherplatz (?:\w+ )?(?:knapp|schaffen|gering)\b"
    r"|übertemperatur\b",
    # French
    r"(?:^|[\s«(:])(?:dégradée?s?|défaillante?s?|défaillance|défectueu(?:x|se)s?|hors service|hors ligne|saturée?s?)(?:\s|$|[:;,.!)])"
    r"|\bsur batterie\b|\bcoupure (?:de courant|secteur|électrique|d.alimentation)|\bpanne\b"
    r"|\bbatterie\b.{0,40}\b(?:remplacer|faible)\b|\bne répond(?:ent)? (?:pas|plus)\b|\bdéfaut(?:\s|$|[:;,.!)])"
    r"|\b(?:presque|bientôt) (?:plein|saturé)|\b(?:rempli|plein|utilisé|occupé)e?s? à (?:9\d|100) ?%|\bplus que [\d.,]+ ?[KMGT]?o\b"
    r"|\btempérature (?:trop )?(?:élevée|critique)|\bsurchauffe\b|\bpas assez d.espace\b|\bespace (?:disque )?(?:insuffisant|faible)\b",
    # Dutch; `storing` alone is an English word
    r"\b(?:stroomuitval|(?:netwerk|internet|schijf|server|hardware|verbindings|stroom)storing|storingen"
    r"|storing (?:op|bij|gedetecteerd|opgetreden|gemeld)|op (?:accu|batterij)|gedegradeerd\w*"
    r"|defecte?|uitgevallen|oververhit\w*|(?:bijna|vrijwel) (?:vol|leeg)|te (?:vol|laag|hoog|heet|weinig)"
    r"|niet (?:genoeg|voldoende|compleet|gesynchroniseerd)|onvoldoende|weinig (?:vrije )?(?:ruimte|schijfruimte)"
    r"|vervangen worden|moet vervangen)\b"
    r"|\b(?:9\d|100) ?% (?:vol|gebruikt|bezet|in gebruik)\b|\bvoor (?:9\d|100) ?% (?:vol|gevuld)\b|\bnog maar [\d.,]+ ?[KMGT]B\b",
    # Polish
    r"(?:brak zasilania|zanik (?:zasilania|napięcia)|awari(?:[aei]|ę)|na bateri[ięa]|zdegradowan\w*|uszkodz\w+|usterk\w*|mało miejsca"
    r"|kończy si[ęe] miejsce|przekroczon\w*|przegrz\w*|krytyczn\w*|nie (?:działa|odpowiada)(?:\s|$|[:;,.!)])|niedostępn\w*"
    r"|niesprawn\w*|prawie pe[łl]n\w*|wymie[ńn]\w* (?:dysk|bateri))"
    r"|(?:zajęty|zajęte|zajęta|zajętość|zapełnion\w+|wykorzystan\w+|pełny)[^%\n]{0,30}\b(?:9\d|100) ?%",
    # Spanish, Italian, Portuguese
    r"\b(?:corte de (?:luz|energía|corriente)|fallo (?:de|del) suministro|en batería|degradad[oa]s?|averiad[oa]s?|casi llen[oa]"
    r"|poco espacio|espacio insuficiente|sobrecalent\w+)(?:\s|$|[:;,.!)])"
    r"|\b(?:mancanza (?:di )?(?:corrente|rete)|blackout|a batteria|degradat[oa]|guast[oaie]|quasi pien[oa]|spazio insufficiente"
    r"|surriscald\w+)(?:\s|$|[:;,.!)])"
    r"|\b(?:falta de energia|queda de energia|na bateria|em bateria|danificad[oa]|quase chei[oa]|pouco espaço)(?:\s|$|[:;,.!)])",
    # English
    r"\b(?:power (?:failure|outage|cut|loss)|mains (?:failure|lost)|running on (?:battery|ups)|ups on battery|failing_now)\b",
)
