-- Every fixed query of the store, by name. Searches with varying conditions are put together in _search.py.

-- The cursor only goes forward: a mail of the parked ones may be recorded late.
-- name: cursor
SELECT cursor FROM progress
-- name: move_cursor
UPDATE progress SET cursor = max(cursor, ?)
-- name: rewind
UPDATE progress SET cursor = 0

-- name: add_mail
INSERT INTO mails (id, seq, received_at, day, kind, host, subject, sender, verdict, severity, by, is_archive, kept_from, outcome)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: has_mail
SELECT 1 FROM mails WHERE id = ?
-- name: mail
SELECT * FROM mails WHERE id = ?
-- name: ids_to_forget
SELECT id FROM mails WHERE is_forgotten = 0 AND kept_from < CASE verdict WHEN 'drop' THEN :dropped ELSE :others END
-- name: forget_mails
UPDATE mails SET is_forgotten = 1 WHERE id = ?
-- name: outcome
SELECT outcome FROM mails WHERE id = ?
-- name: set_verdict
UPDATE mails SET verdict = ?, by = ? WHERE id = ?
-- name: ids_from
SELECT id FROM mails WHERE id >= :from AND id < :to UNION SELECT id FROM parked WHERE id >= :from AND id < :to ORDER BY id LIMIT 6

-- name: count
INSERT INTO ledger (day, host, kind, verdict, by, n) VALUES (?, ?, ?, ?, ?, 1)
ON CONFLICT (day, host, kind, verdict, by) DO UPDATE SET n = n + 1
-- name: uncount
UPDATE ledger SET n = n - 1 WHERE day = ? AND host = ? AND kind = ? AND verdict = ? AND by = ?
-- name: forget_zeros
DELETE FROM ledger WHERE n = 0 AND day = ?
-- name: ledger
SELECT * FROM ledger WHERE day >= ? ORDER BY day, host, kind, verdict, by
-- name: days
SELECT day, verdict, sum(n) AS n FROM ledger WHERE day >= :since GROUP BY day, verdict
UNION ALL SELECT day, 'parked', count(*) FROM parked WHERE day >= :since GROUP BY day
-- name: misbooked_days
SELECT day FROM (
    SELECT day, host, kind, verdict, by, n FROM ledger WHERE day >= :since
    UNION ALL SELECT day, host, kind, verdict, by, -count(*) FROM mails WHERE day >= :since GROUP BY day, host, kind, verdict, by
) GROUP BY day, host, kind, verdict, by HAVING sum(n) <> 0

-- name: park
INSERT INTO parked (id, seq, day, error, parked_at) VALUES (?, ?, ?, ?, ?)
-- name: unpark
DELETE FROM parked WHERE id = ?
-- name: is_parked
SELECT 1 FROM parked WHERE id = ?
-- name: parked
SELECT id, seq, error, parked_at FROM parked ORDER BY seq
-- name: count_try
INSERT INTO tries (id, n) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = n + 1 RETURNING n
-- name: forget_tries
DELETE FROM tries WHERE id = ?

-- name: add_entry
INSERT INTO entries (mail_id, received_at, host, kind, section, verdict, severity, summary, lines, by, detail, score, subject, shown_in)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: unshown_entries
SELECT * FROM entries WHERE shown_in IS NULL ORDER BY n
-- name: entries_since
SELECT * FROM entries WHERE received_at >= ? ORDER BY received_at, n

-- name: open_event
INSERT INTO events (id, key, host, "check", item, severity, summary, recovery, origin, opened_at, last_seen_at, count, mail_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: update_event
UPDATE events SET severity = ?, summary = ?, last_seen_at = ?, count = ? WHERE id = ? AND closed_at IS NULL
-- name: close_event
UPDATE events SET closed_at = ?, closed_by = ?, comment = ? WHERE id = ? AND closed_at IS NULL
-- name: open_events
SELECT * FROM events WHERE closed_at IS NULL ORDER BY opened_at, id
-- name: open_events_of
SELECT * FROM events WHERE closed_at IS NULL AND host IN (SELECT value FROM json_each(?)) ORDER BY opened_at, id
-- name: open_event_by_key
SELECT * FROM events WHERE closed_at IS NULL AND key = ?
-- name: events
SELECT * FROM events WHERE closed_at IS NULL OR closed_at >= ? ORDER BY opened_at, id
-- name: unshown_closed_events
SELECT * FROM events WHERE closed_at IS NOT NULL AND shown_in IS NULL ORDER BY closed_at, id
-- name: closed_events_since
SELECT * FROM events WHERE closed_at >= ? ORDER BY closed_at, id
-- name: closed_at
SELECT max(at) FROM (
    SELECT max(closed_at) AS at FROM events WHERE key = :key AND closed_at IS NOT NULL AND closed_by <> ''
    UNION ALL SELECT at FROM oks WHERE key = :key
)
-- name: add_ok
INSERT INTO oks (key, at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET at = max(at, excluded.at)
-- name: forget_oks
DELETE FROM oks WHERE at < ?

-- name: ack
INSERT INTO acks (event_id, comment, until, above, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (event_id) DO UPDATE SET comment = excluded.comment, until = excluded.until, above = excluded.above, at = excluded.at
-- name: acks
SELECT events.key, acks.* FROM acks JOIN events ON events.id = acks.event_id WHERE events.closed_at IS NULL ORDER BY events.key

-- name: saw_host
INSERT INTO hosts (host, kind, first_seen_at, last_seen_at, n) VALUES (:host, :kind, :at, :at, 1)
ON CONFLICT (host, kind) DO UPDATE
SET n = n + 1, first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = max(last_seen_at, excluded.last_seen_at)
-- name: hosts
SELECT * FROM hosts ORDER BY host, kind

-- name: measured
INSERT INTO measures (host, name, subject, value, unit, at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (host, name, subject) DO UPDATE SET value = excluded.value, unit = excluded.unit, at = excluded.at
WHERE excluded.at >= measures.at
-- name: previous
SELECT value FROM measures WHERE host = ? AND name = ? AND subject = ? AND at >= ?

-- name: label
INSERT INTO labels (mail_id, section, verdict, why, who, at, how, question) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
-- name: labels
SELECT * FROM labels WHERE n IN (SELECT max(n) FROM labels GROUP BY mail_id, section) ORDER BY n
-- name: labels_of
SELECT * FROM labels WHERE n IN (SELECT max(n) FROM labels WHERE mail_id = ? GROUP BY section) ORDER BY n
-- name: unlabel
DELETE FROM labels WHERE n = (SELECT max(n) FROM labels WHERE mail_id = :mail_id AND (:section IS NULL OR section = :section)) RETURNING *
-- name: newest_label
SELECT * FROM labels WHERE mail_id = :mail_id AND (:section IS NULL OR section = :section) ORDER BY n DESC LIMIT 1
-- name: unanswer
DELETE FROM labels WHERE question = ? AND how = 'cluster' RETURNING *
-- name: never_freeze
INSERT INTO never_frozen (mail_id) VALUES (?) ON CONFLICT (mail_id) DO NOTHING
-- name: never_frozen
SELECT mail_id FROM never_frozen
-- name: promote
INSERT INTO promotions (kind, at, who, detail) VALUES (?, ?, ?, ?) ON CONFLICT (kind) DO NOTHING
-- name: retire
DELETE FROM promotions WHERE kind = ?
-- name: promotions
SELECT * FROM promotions ORDER BY kind
-- name: add_step
INSERT INTO steps (at, what, subject, who, detail) VALUES (?, ?, ?, ?, ?)
-- name: steps
SELECT * FROM (SELECT * FROM steps ORDER BY n DESC LIMIT ?) ORDER BY n
-- name: decisions
SELECT * FROM (SELECT * FROM steps WHERE what NOT IN ('label', 'unlabel') ORDER BY n DESC LIMIT ?) ORDER BY n
-- name: count_learnt
INSERT INTO learnt_days (day, kind, n, n_held, n_new, n_vetoed) VALUES (:day, :kind, :n, :n_held, :n_new, :n_vetoed)
ON CONFLICT (day, kind) DO UPDATE
SET n = n + excluded.n, n_held = n_held + excluded.n_held, n_new = n_new + excluded.n_new, n_vetoed = n_vetoed + excluded.n_vetoed
-- name: learnt_days
SELECT * FROM learnt_days WHERE day >= ? AND day < ? ORDER BY day, kind
-- name: unlabelled_mails
SELECT id FROM (
    SELECT id, n, row_number() OVER (PARTITION BY kind ORDER BY n DESC) AS nth FROM mails
    WHERE is_forgotten = 0 AND verdict <> 'pass' AND id NOT IN (SELECT mail_id FROM labels)
) WHERE nth <= :per_kind ORDER BY n DESC LIMIT :most
-- name: newest_mails
SELECT id FROM mails WHERE is_forgotten = 0 AND verdict <> 'pass' ORDER BY n DESC LIMIT ?
-- name: n_mails_of_kind
SELECT count(*) FROM mails WHERE kind = ?

-- name: add_digest
INSERT INTO digests (slot, sent_at, through) SELECT ?, ?, coalesce(max(n), 0) FROM mails RETURNING n
-- name: has_digest
SELECT 1 FROM digests WHERE slot = ?
-- name: last_digest
SELECT slot, sent_at, through FROM digests ORDER BY n DESC LIMIT 1
-- name: show_entries
UPDATE entries SET shown_in = ? WHERE shown_in IS NULL
-- name: show_closed_events
UPDATE events SET shown_in = ? WHERE closed_at IS NOT NULL AND shown_in IS NULL

-- name: book_since_digest
SELECT host, verdict, by, count(*) AS n FROM mails
WHERE n > coalesce((SELECT through FROM digests ORDER BY n DESC LIMIT 1), 0) AND NOT is_archive GROUP BY host, verdict, by
-- name: book_since
SELECT host, verdict, by, count(*) AS n FROM mails WHERE received_at >= ? GROUP BY host, verdict, by

-- name: add_delivery
INSERT INTO outbox (id, sink, order_key, what, mail_id, payload, created_at, next_try_at) VALUES (:id, :sink, :order_key, :what, :mail_id, :payload, :at, :due)
ON CONFLICT (id) DO NOTHING
-- name: withdraw_held
DELETE FROM outbox WHERE sink = :sink AND order_key = :order_key AND state = 'waiting' AND n_tries = 0 AND next_try_at > :now
-- name: release_held
UPDATE outbox SET next_try_at = :now
WHERE sink = :sink AND order_key = :order_key AND state = 'waiting' AND n_tries = 0 AND next_try_at > :now
-- name: due
SELECT * FROM outbox AS due WHERE state = 'waiting' AND sink = :sink AND next_try_at <= :now
AND NOT EXISTS (
    SELECT 1 FROM outbox AS earlier
    WHERE earlier.state = 'waiting' AND earlier.sink = due.sink AND earlier.order_key = due.order_key AND earlier.n < due.n
) ORDER BY n LIMIT :limit
-- name: claim
UPDATE outbox SET n_tries = n_tries + 1, next_try_at = :lease WHERE id = :id AND state = 'waiting' AND n_tries = :n_tries
-- name: delivered
UPDATE outbox SET state = 'done', ended_at = ?, error = '' WHERE id = ? AND state <> 'done'
-- name: delivery_failed
UPDATE outbox SET next_try_at = ?, error = ? WHERE id = ? AND state = 'waiting' AND n_tries = ?
-- name: delivery_dead
UPDATE outbox SET state = 'dead', ended_at = ?, error = ? WHERE id = ? AND state = 'waiting' AND n_tries = ?
-- name: dead_letters
SELECT * FROM outbox WHERE state = 'dead' ORDER BY n
-- name: n_deliveries
SELECT sink, state, count(*) AS n FROM outbox WHERE state <> 'done' GROUP BY sink, state ORDER BY sink, state
-- name: n_due
SELECT count(*) FROM outbox WHERE state = 'waiting' AND next_try_at <= ?

-- name: add_drop
INSERT INTO drops (mail_id, at, section, day, host, kind, source, score, chance) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: drops_of
SELECT * FROM drops WHERE mail_id = ? ORDER BY n
-- name: forget_drop
DELETE FROM drops WHERE n = ?
-- name: has_new_drops
SELECT EXISTS (SELECT 1 FROM drops WHERE chance = 0)
-- name: n_new_drops
SELECT source, count(*) AS n FROM drops WHERE chance = 0 GROUP BY source
-- name: new_drops
SELECT n, source, score >= :close AS is_close FROM drops WHERE chance = 0 ORDER BY n
-- name: unasked_drops
SELECT n, source, score >= :close AS is_close FROM drops WHERE chance > 0 AND n NOT IN (SELECT drop_n FROM audits) ORDER BY n
-- name: offer_new_drops
WITH given AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS source, json_extract(value, '$[1]') AS is_close, json_extract(value, '$[2]') AS chance FROM json_each(:chances)
)
UPDATE drops SET chance = chance + (1 - chance)
    * coalesce((SELECT given.chance FROM given WHERE given.source = drops.source AND given.is_close = (score >= :close)), 0) WHERE chance = 0
-- Those drawn before, too, would have had this chance.
-- name: offer_old_drops
WITH given AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS source, json_extract(value, '$[1]') AS is_close, json_extract(value, '$[2]') AS chance FROM json_each(:chances)
)
UPDATE drops SET chance = chance + (1 - chance)
    * coalesce((SELECT given.chance FROM given WHERE given.source = drops.source AND given.is_close = (score >= :close)), 0) WHERE chance > 0
-- name: offer_audits
WITH given AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS source, json_extract(value, '$[1]') AS is_close, json_extract(value, '$[2]') AS chance FROM json_each(:chances)
)
UPDATE audits SET chance = chance + (1 - chance)
    * coalesce((SELECT given.chance FROM given WHERE given.source = audits.source AND given.is_close = (score >= :close)), 0)
-- name: add_audit
INSERT INTO audits (id, slot, drop_n, mail_id, at, section, host, kind, source, score, chance, asked_at)
SELECT :id, :slot, n, mail_id, at, section, host, kind, source, score, chance, :at FROM drops WHERE n = :drop_n
-- name: audits_of_slot
SELECT * FROM audits WHERE slot = ? ORDER BY drop_n
-- name: audits_of_mail
SELECT * FROM audits WHERE mail_id = ? ORDER BY n
-- name: audits_from
SELECT * FROM audits WHERE id >= :from AND id < :to ORDER BY id LIMIT 6
-- name: open_audits
SELECT * FROM audits WHERE answer = '' ORDER BY asked_at DESC, n
-- name: answer_audit
UPDATE audits SET answer = ?, answered_at = ?, who = ?, why = ? WHERE n = ?
-- name: reopen_audit
UPDATE audits SET answer = '', answered_at = NULL, who = '', why = '' WHERE id = ? AND answer <> ''
-- name: add_correction
INSERT INTO corrections (drop_n, mail_id, section, source, how, is_sure, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (drop_n) DO NOTHING
-- A wrong drop has left `drops`, and is counted from its audit.
-- name: tallies
WITH past AS (SELECT source, max(through) AS through FROM suspended WHERE lifted_at IS NOT NULL GROUP BY source),
seen AS (
    SELECT source, n AS drop_n, chance, 1 AS n_drops, 0 AS n_audited, 0 AS n_wrong FROM drops WHERE chance > 0
    UNION ALL
    SELECT audits.source, drop_n, coalesce(drops.chance, audits.chance), drops.n IS NULL, answer <> '', answer = 'wrong'
    FROM audits LEFT JOIN drops ON drops.n = drop_n
)
SELECT seen.source, chance, drop_n <= coalesce(through, 0) AS is_past, sum(n_drops) AS n_drops, sum(n_audited) AS n_audited, sum(n_wrong) AS n_wrong
FROM seen LEFT JOIN past ON past.source = seen.source GROUP BY seen.source, chance, is_past ORDER BY seen.source, chance
-- A label that can be taken back leaves the drop where it is.
-- name: known_wrong
WITH said AS (
    SELECT drop_n, source, is_sure FROM corrections
    UNION ALL
    SELECT drops.n, source, labels.section <> '' OR (SELECT count(*) FROM drops AS other WHERE other.mail_id = drops.mail_id AND chance IS NOT NULL) = 1
    FROM labels JOIN drops ON drops.mail_id = labels.mail_id AND labels.section IN ('', drops.section) AND chance IS NOT NULL
    WHERE labels.n IN (SELECT max(n) FROM labels GROUP BY mail_id, section) AND verdict <> 'drop'
    AND drops.n NOT IN (SELECT drop_n FROM audits WHERE answer <> '')
),
once AS (SELECT source, max(is_sure) AS is_sure FROM said
    WHERE drop_n > coalesce((SELECT max(through) FROM suspended WHERE suspended.source = said.source AND lifted_at IS NOT NULL), 0)
    GROUP BY drop_n)
SELECT source, sum(is_sure) AS n_sure, sum(1 - is_sure) AS n_unsure FROM once GROUP BY source
-- name: n_answered
SELECT source, count(*) AS n FROM audits WHERE answer <> ''
AND drop_n > coalesce((SELECT max(through) FROM suspended WHERE suspended.source = audits.source AND lifted_at IS NOT NULL), 0)
GROUP BY source
-- name: suspended
SELECT * FROM suspended WHERE lifted_at IS NULL ORDER BY source
-- name: suspend
INSERT INTO suspended (source, at, why) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
-- name: lift
UPDATE suspended SET lifted_at = :at, lifted_why = :why, lifted_by = :who, through = (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'drops')
WHERE source = :source AND lifted_at IS NULL
