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
    UNION ALL SELECT day, host, kind, verdict, by, -count(*) FROM mails WHERE received_at >= :since GROUP BY day, host, kind, verdict, by
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
INSERT INTO events (id, key, host, "check", item, severity, summary, recovery, origin, opened_at, last_seen_at, count, mail_id, value)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
-- name: update_event
UPDATE events SET severity = ?, summary = ?, last_seen_at = ?, count = ?, stale_since = ?, value = ? WHERE id = ? AND closed_at IS NULL
-- name: reopen_event
UPDATE events SET severity = ?, summary = ?, last_seen_at = ?, count = ?, stale_since = ?, value = ?, flaps = flaps + 1, closed_at = NULL, closed_by = '', comment = '', shown_in = NULL
WHERE id = ? AND closed_at IS NOT NULL
-- name: told
UPDATE events SET told_at = :told_at WHERE id = :id AND (told_at IS NULL OR told_at > :now)
-- name: told_nobody
UPDATE events SET told_at = NULL WHERE id = :id AND told_at > :now
-- name: is_told
SELECT told_at IS NOT NULL FROM events WHERE id = ?
-- name: lately_expired
SELECT * FROM events WHERE key = :key AND closed_at IS NOT NULL AND closed_by = '' AND recovery = 'silence' AND last_seen_at >= :since
ORDER BY closed_at DESC LIMIT 1
-- name: lately_closed
SELECT * FROM events WHERE key = :key AND closed_at >= :since AND closed_by <> '' AND recovery = 'explicit' ORDER BY closed_at DESC LIMIT 1
-- name: close_event
UPDATE events SET closed_at = ?, closed_by = ?, comment = ? WHERE id = ? AND closed_at IS NULL
-- name: n_open_events
SELECT count(*) FROM events WHERE closed_at IS NULL
-- name: open_events
SELECT * FROM events WHERE closed_at IS NULL ORDER BY opened_at, id
-- name: open_events_of
SELECT * FROM events WHERE closed_at IS NULL AND host IN (SELECT value FROM json_each(?)) ORDER BY opened_at, id
-- name: open_event_by_key
SELECT * FROM events WHERE closed_at IS NULL AND key = ?
-- name: events
SELECT * FROM (SELECT * FROM events WHERE closed_at IS NULL UNION ALL SELECT * FROM events WHERE closed_at >= ?) ORDER BY opened_at, id
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
INSERT OR REPLACE INTO acks (event_id, comment, who, at, until, above, severity, summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
-- CROSS: the few acknowledgements first, not the many open events in their order.
-- name: acks
SELECT events.key, acks.* FROM acks CROSS JOIN events ON events.id = acks.event_id WHERE events.closed_at IS NULL ORDER BY events.key
-- name: acks_of
SELECT events.key, acks.* FROM acks CROSS JOIN events ON events.id = acks.event_id
WHERE event_id IN (SELECT value FROM json_each(?)) AND events.closed_at IS NULL
-- name: end_ack_at
UPDATE acks SET until = min(until, ?) WHERE event_id = ?
-- name: end_ack
DELETE FROM acks WHERE event_id = ?

-- name: saw_host
INSERT INTO hosts (host, kind, first_seen_at, last_seen_at, n) VALUES (:host, :kind, :at, :at, 1)
ON CONFLICT (host, kind) DO UPDATE
SET n = n + 1, first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = max(last_seen_at, excluded.last_seen_at)
-- name: n_mails_of_host
SELECT n FROM hosts WHERE host = ? AND kind = ?
-- name: hosts
SELECT * FROM hosts ORDER BY host, kind
-- name: host_names
SELECT DISTINCT host FROM hosts ORDER BY host LIMIT ?
-- name: n_hosts
SELECT count(*) FROM (SELECT DISTINCT host FROM hosts)
-- name: hosts_named
SELECT * FROM hosts WHERE host IN (SELECT value FROM json_each(?)) ORDER BY host, kind

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
RETURNING json_extract(payload, '$.type') AS type
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

-- Checks (checks.py)
-- name: checks_of
SELECT * FROM checks WHERE host = ? AND kind = ?
-- name: put_check
INSERT INTO checks (host, kind, section, last_seen_at, n_shown, n_sick, n_before, n_missed, longest_gap, stale_since)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (host, kind, section) DO UPDATE SET last_seen_at = excluded.last_seen_at, n_shown = excluded.n_shown, n_sick = excluded.n_sick,
n_missed = excluded.n_missed, longest_gap = excluded.longest_gap, stale_since = excluded.stale_since,
shown_in = CASE WHEN excluded.stale_since IS NULL THEN NULL ELSE shown_in END
-- name: rename_checks
UPDATE OR IGNORE checks SET host = ? WHERE host = ?
-- name: forget_checks_of
DELETE FROM checks WHERE host = ?
-- name: unshown_stale_checks
SELECT * FROM checks WHERE stale_since IS NOT NULL AND shown_in IS NULL ORDER BY host, kind, section
-- name: stale_checks_since
SELECT * FROM checks WHERE stale_since >= ? ORDER BY host, kind, section
-- name: show_stale_checks
UPDATE checks SET shown_in = ? WHERE stale_since IS NOT NULL AND shown_in IS NULL

-- Maintenance windows
-- name: add_window
INSERT INTO windows (host, in_group, starts_at, until, unless, comment, who) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *
-- name: windows
SELECT * FROM windows WHERE ended_at IS NULL ORDER BY n
-- name: end_window
UPDATE windows SET ended_at = :at WHERE n = :n AND ended_at IS NULL RETURNING *
-- name: end_windows
UPDATE windows SET ended_at = :now WHERE ended_at IS NULL AND until <= :now
-- name: over_while_held
UPDATE held SET outcome = 'over' WHERE outcome = ''
AND EXISTS (SELECT 1 FROM events WHERE id = held.event_id AND closed_at IS NOT NULL)
-- name: forget_windows
DELETE FROM windows WHERE ended_at < ? AND n NOT IN (SELECT window_n FROM held WHERE outcome = '')
-- name: forget_held
DELETE FROM held WHERE window_n NOT IN (SELECT n FROM windows)
-- name: held_events
SELECT event_id FROM held WHERE outcome = ''
-- name: untold_of
SELECT DISTINCT event_id FROM held WHERE outcome <> 'told' AND event_id IN (SELECT value FROM json_each(?))
-- name: hold_event
INSERT INTO held (event_id, window_n, at) VALUES (?, ?, ?) ON CONFLICT (event_id, window_n) DO UPDATE SET outcome = ''
-- name: held_told
UPDATE held SET outcome = 'told' WHERE outcome = '' AND event_id IN (SELECT value FROM json_each(?))
-- name: window_counts
SELECT windows.*, count(*) FILTER (WHERE outcome = '') AS n_waiting, count(*) FILTER (WHERE outcome = 'over') AS n_over,
count(*) FILTER (WHERE outcome = 'told') AS n_told
FROM windows LEFT JOIN held ON held.window_n = windows.n WHERE ended_at IS NULL OR ended_at >= ? GROUP BY windows.n ORDER BY windows.n

-- What rules count (hits.py)
-- name: add_sighting
INSERT INTO sightings (rule, scope, at, mail_id, keys, n, forget_at) VALUES (:rule, :scope, :at, :mail_id, :keys, :n, :forget_at) ON CONFLICT DO NOTHING
-- name: add_quiet_sighting
INSERT INTO sightings (rule, scope, at, mail_id, keys, n, forget_at) SELECT :rule, :scope, :at, :mail_id, :keys, :n, :forget_at
WHERE EXISTS (SELECT 1 FROM sightings WHERE rule = :rule AND scope = :scope AND keys <> '[]') ON CONFLICT DO NOTHING
-- name: sightings
SELECT * FROM (SELECT * FROM sightings WHERE rule = :rule AND scope = :scope AND at <= :at ORDER BY at DESC, mail_id DESC LIMIT :n)
UNION ALL SELECT * FROM (SELECT * FROM sightings WHERE rule = :rule AND scope = :scope AND at > :at ORDER BY at, mail_id LIMIT :n)
-- name: forget_surplus_sightings
DELETE FROM sightings WHERE rule = :rule AND scope = :scope
AND at < (SELECT at FROM sightings WHERE rule = :rule AND scope = :scope ORDER BY at DESC LIMIT 1 OFFSET :keep)
-- name: forget_sightings
DELETE FROM sightings WHERE forget_at < ?

-- Paths (paths.py)
-- A path is counted once a day: a second mail of a day changes nothing and gives no row.
-- name: saw_path
INSERT INTO paths (host, kind, path, first_on, last_on, n_days) VALUES (:host, :kind, :path, :day, :day, 1)
ON CONFLICT (host, kind, path) DO UPDATE SET last_on = excluded.last_on, n_days = n_days + 1 WHERE excluded.last_on > paths.last_on
RETURNING first_on, n_days, learnt_on
-- name: trim_paths
DELETE FROM paths WHERE host = :host AND kind = :kind AND learnt_on IS NULL AND path NOT IN (
    SELECT path FROM paths WHERE host = :host AND kind = :kind AND learnt_on IS NULL ORDER BY first_on, n_days DESC, path LIMIT :keep
)
-- name: learnt_paths
SELECT path FROM paths WHERE host = ? AND kind = ? AND learnt_on IS NOT NULL ORDER BY learnt_on, path
-- When those that come before this one were used last: the learnt ones, and those that were there first.
-- name: rivals_last_on
SELECT max(last_on) FROM paths
WHERE host = :host AND kind = :kind AND path <> :path AND (learnt_on IS NOT NULL OR first_on < :first_on)
-- name: learn_path
UPDATE paths SET learnt_on = :day, by = :by WHERE host = :host AND kind = :kind AND path = :path
-- name: recount_path
UPDATE paths SET first_on = :day, n_days = 1 WHERE host = :host AND kind = :kind AND path = :path
-- name: unlearn_path
UPDATE paths SET learnt_on = NULL, by = '', first_on = last_on, n_days = 1 WHERE host = ? AND path = ? AND learnt_on IS NOT NULL
-- name: rename_paths
UPDATE OR REPLACE paths SET host = ? WHERE host = ?
-- name: paths_of
SELECT * FROM paths WHERE host = ? ORDER BY kind, first_on, path
-- name: event_path
SELECT path FROM event_paths WHERE event_id = ?
-- name: add_event_path
INSERT INTO event_paths (event_id, path) VALUES (?, ?)
ON CONFLICT (event_id) DO UPDATE SET path = '' WHERE path <> excluded.path
-- name: doubted_paths
SELECT path FROM path_doubts WHERE event_id = ?
-- name: add_doubt
INSERT INTO path_doubts (event_id, path, mail_id, at, comment) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (event_id, path) DO UPDATE SET mail_id = excluded.mail_id, at = excluded.at, comment = excluded.comment, is_void = 0
WHERE excluded.at >= path_doubts.at
-- name: void_doubts
UPDATE path_doubts SET is_void = 1 WHERE event_id = ? AND at < ?
-- name: open_doubts
SELECT events.*, path_doubts.path AS doubted_path, path_doubts.mail_id AS doubted_mail_id, path_doubts.at AS doubted_at,
path_doubts.comment AS doubted_comment
FROM path_doubts JOIN events ON events.id = path_doubts.event_id
WHERE is_void = 0 AND closed_at IS NULL ORDER BY path_doubts.at DESC, events.id
-- name: trust
INSERT INTO trusted (address, at, who, why) VALUES (?, ?, ?, ?)
ON CONFLICT (address) DO UPDATE SET at = excluded.at, who = excluded.who, why = excluded.why
-- name: trusted
SELECT * FROM trusted ORDER BY address
-- name: forget_paths
DELETE FROM paths WHERE learnt_on IS NULL AND last_on < ?
-- name: forget_event_paths
DELETE FROM event_paths WHERE event_id IN (SELECT id FROM events WHERE closed_at < ?)
-- name: forget_doubts
DELETE FROM path_doubts WHERE event_id IN (SELECT id FROM events WHERE closed_at < ?)

-- Arrivals
-- A mail dated by us proves one report in ten minutes: a backlog may come all at once.
-- name: add_arrival
INSERT INTO arrivals (host, kind, job, n, times, first_seen_at, last_seen_at, came_at, heard_at, relay)
VALUES (:host, :kind, :job, 1, :time, :at, :at, :came, :came, :relay)
ON CONFLICT (host, kind, job) DO UPDATE SET n = n + 1,
    times = CASE WHEN excluded.last_seen_at < last_seen_at AND length(times) >= :full THEN times ELSE substr(times || excluded.times, -:full) END,
    first_seen_at = min(first_seen_at, excluded.first_seen_at),
    came_at = CASE WHEN :came <> '' AND excluded.last_seen_at >= last_seen_at THEN :came ELSE came_at END,
    last_seen_at = max(last_seen_at, excluded.last_seen_at),
    heard_at = max(heard_at, :came),
    relay = CASE WHEN :came <> '' THEN :relay ELSE relay END,
    is_stale = 1
WHERE instr(times, excluded.times) = 0 AND (:is_dated OR heard_at < :a_while_before)
-- name: stale_arrivals
SELECT * FROM arrivals WHERE is_stale = 1 ORDER BY host, kind, job LIMIT ?
-- name: has_stale_arrivals
SELECT EXISTS (SELECT 1 FROM arrivals WHERE is_stale = 1)
-- name: frequent_arrivals
SELECT * FROM arrivals WHERE often_since IS NOT NULL AND host NOT IN (SELECT host FROM retired) ORDER BY often_since, host, kind, job
-- name: learnt_arrival
UPDATE arrivals SET times = :times, cadence = :cadence, due_at = :due_at, late_at = :late_at, often_since = :often_since, is_local = :is_local,
    is_stale = 0 WHERE host = :host AND kind = :kind AND job = :job
-- name: overdue_arrivals
SELECT *, coalesce((SELECT max(heard_at) FROM arrivals AS other WHERE other.host = arrivals.host AND other.is_local), '') AS host_heard_at
FROM arrivals WHERE due_at <= ? AND host NOT IN (SELECT host FROM retired) ORDER BY due_at, host, kind, job
-- name: n_hosts_heard
SELECT count(DISTINCT host) FROM arrivals WHERE is_local = 1 AND heard_at > :since AND (:relay = '' OR relay = :relay)
-- name: silence_ended
SELECT max(closed_at) FROM events WHERE key = ? AND closed_at IS NOT NULL
-- name: all_arrivals
SELECT * FROM arrivals ORDER BY host, kind, job
-- name: arrivals_named
SELECT * FROM arrivals WHERE host IN (SELECT value FROM json_each(?)) ORDER BY host, kind, job
-- name: remarkable_hosts
SELECT DISTINCT host FROM arrivals WHERE (late_at <= :now AND due_at <= :now) OR often_since IS NOT NULL ORDER BY host
-- name: arrivals_of
SELECT * FROM arrivals WHERE host = ? ORDER BY kind, job
-- name: put_arrival
INSERT OR REPLACE INTO arrivals (host, kind, job, n, times, first_seen_at, last_seen_at, came_at, heard_at, relay, is_local, cadence)
VALUES (:host, :kind, :job, :n, :times, :first_seen_at, :last_seen_at, :came_at, :heard_at, :relay, :is_local, :cadence)
-- name: forget_arrivals_of
DELETE FROM arrivals WHERE host = ?
-- name: forget_arrivals
DELETE FROM arrivals WHERE last_seen_at < :before OR (last_seen_at < :once_before AND n = 1)
-- name: relearn_arrivals
UPDATE arrivals SET is_stale = 1
-- name: cadence_version
SELECT version FROM cadence_file
-- name: set_cadence_version
INSERT INTO cadence_file (one, version) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET version = excluded.version
-- name: retire_host
INSERT INTO retired (host, at, comment) VALUES (?, ?, ?) ON CONFLICT (host) DO UPDATE SET at = excluded.at, comment = excluded.comment
-- name: retired_hosts
SELECT * FROM retired ORDER BY host
-- name: returned_hosts
SELECT host, at FROM retired WHERE EXISTS (SELECT 1 FROM arrivals WHERE arrivals.host = retired.host AND is_local AND came_at <> '' AND last_seen_at > retired.at)
-- name: unretire_host
DELETE FROM retired WHERE host = ?
-- name: has_host
SELECT EXISTS (SELECT 1 FROM hosts WHERE host = :host UNION ALL SELECT 1 FROM arrivals WHERE host = :host)
-- name: rename_in_hosts
INSERT INTO hosts (host, kind, first_seen_at, last_seen_at, n) SELECT :new, kind, first_seen_at, last_seen_at, n FROM hosts WHERE host = :old
ON CONFLICT (host, kind) DO UPDATE SET first_seen_at = min(first_seen_at, excluded.first_seen_at),
    last_seen_at = max(last_seen_at, excluded.last_seen_at), n = n + excluded.n
-- name: forget_in_hosts
DELETE FROM hosts WHERE host = ?
-- name: rename_in_measures
INSERT INTO measures (host, name, subject, value, unit, at) SELECT :new, name, subject, value, unit, at FROM measures WHERE host = :old
ON CONFLICT (host, name, subject) DO UPDATE SET value = excluded.value, unit = excluded.unit, at = excluded.at WHERE excluded.at > at
-- name: forget_in_measures
DELETE FROM measures WHERE host = ?

-- Readings: past values of measures.
-- name: add_reading
INSERT INTO readings (host, period, name, subject, points) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET points = CAST(points || excluded.points AS BLOB) WHERE length(points) < 12 * 32 * 24
-- name: rename_readings
UPDATE OR IGNORE readings SET host = ? WHERE host = ?
-- name: forget_readings_of
DELETE FROM readings WHERE host = ?
-- name: readings_of
SELECT points FROM readings WHERE host = ? AND period >= ? AND name = ? AND subject = ?
-- The hosts one by one, each found by its first row: a scan of all rows would take seconds on a large fleet.
-- name: forget_readings
WITH RECURSIVE known (host) AS (
    SELECT min(host) FROM readings
    UNION ALL
    SELECT (SELECT min(host) FROM readings WHERE host > known.host) FROM known WHERE known.host IS NOT NULL
)
DELETE FROM readings WHERE host IN (SELECT host FROM known) AND period < ?
-- name: hosts_of_readings
WITH RECURSIVE known (host) AS (
    SELECT min(host) FROM readings
    UNION ALL
    SELECT (SELECT min(host) FROM readings WHERE host > known.host) FROM known WHERE known.host IS NOT NULL
)
SELECT host FROM known WHERE host IS NOT NULL
-- name: recent_readings
SELECT host, name, subject, points FROM readings
WHERE host IN (SELECT value FROM json_each(:hosts)) AND period BETWEEN :first AND :last AND name IN (SELECT value FROM json_each(:names))
ORDER BY host, name, subject
-- name: units
SELECT DISTINCT name, unit FROM measures WHERE name IN (SELECT value FROM json_each(?))
-- name: forget_moves
DELETE FROM moves
-- name: add_move
INSERT INTO moves (host, name, subject, before, now, unit, weight) VALUES (?, ?, ?, ?, ?, ?, ?)
-- name: moves
SELECT * FROM moves ORDER BY n

-- Storms (storms.py)
-- name: told_lately
SELECT host, origin FROM events WHERE told_at > :since AND told_at <= :until AND behind = '' AND severity <> 'critical'
AND NOT (host = 'mailtriage' AND "check" = 'storm')
-- name: storms
SELECT * FROM events WHERE closed_at IS NULL AND host = 'mailtriage' AND "check" = 'storm' ORDER BY opened_at, id
-- name: worst_behind
SELECT * FROM events WHERE behind = :storm AND severity = :severity AND behind <> '' AND told_at IS NULL AND closed_at IS NULL
ORDER BY opened_at LIMIT :n
-- name: n_behind
SELECT count(*) FROM events WHERE behind = ? AND behind <> '' AND told_at IS NULL AND closed_at IS NULL
-- name: behind
SELECT * FROM events WHERE behind = ? AND behind <> '' AND told_at IS NULL AND closed_at IS NULL ORDER BY opened_at, id
-- name: strays
SELECT * FROM events WHERE behind <> '' AND behind <> '-' AND told_at IS NULL AND closed_at IS NULL
AND behind NOT IN (SELECT key FROM events WHERE closed_at IS NULL AND host = 'mailtriage' AND "check" = 'storm') ORDER BY opened_at, id
-- name: put_behind
UPDATE events SET behind = :behind WHERE id = :id AND behind <> :behind

-- What is dropped (muted.py)
-- name: add_muted
INSERT INTO muted (day, hour, kind, host, mail_id, sections) VALUES (?, ?, ?, ?, ?, ?)
-- name: muted_days
SELECT DISTINCT day FROM muted WHERE day <= ? ORDER BY day
-- name: muted_of_day
SELECT hour, kind, host, mail_id, sections FROM muted WHERE day = ? ORDER BY n
-- name: forget_muted
DELETE FROM muted WHERE day = ?
-- name: muted_last
SELECT through FROM muted_progress
-- name: muted_through
INSERT INTO muted_progress (one, through) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET through = excluded.through
-- name: muted_past
SELECT host, first, days, grown_on FROM muted_past WHERE kind = ? AND section = ?
-- name: put_muted_past
INSERT INTO muted_past (kind, section, host, first, last, days) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, section, host) DO UPDATE SET first = excluded.first, last = excluded.last, days = excluded.days
-- name: muted_grew
INSERT INTO muted_past (kind, section, host, first, last, days, grown_on) VALUES (?1, ?2, ?3, ?4, ?4, '[]', ?4)
ON CONFLICT (kind, section, host) DO UPDATE SET grown_on = excluded.grown_on, last = max(last, excluded.last)
-- name: muted_shapes
SELECT shape FROM muted_shapes WHERE kind = ? AND section = ?
-- name: saw_muted_shape
INSERT INTO muted_shapes (kind, section, shape, last) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, section, shape) DO UPDATE SET last = max(last, excluded.last)
-- name: trim_muted_shapes
DELETE FROM muted_shapes WHERE kind = :kind AND section = :section AND shape IN (
    SELECT shape FROM muted_shapes WHERE kind = :kind AND section = :section ORDER BY last DESC, shape LIMIT -1 OFFSET :keep
)
-- name: forget_muted_shapes
DELETE FROM muted_shapes WHERE last < ?
-- name: forget_muted_hosts
DELETE FROM muted_past WHERE last < ?
