-- What was decided, and what is on its way out. All times are UTC, ISO 8601 with microseconds, so they sort as text.
-- This file is version 1; later versions are made by migrations/NNNN_name.sql, applied in order, never edited once released.

-- How far the spool is read: moved in the transaction that writes the outcome.
CREATE TABLE progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    cursor INTEGER NOT NULL
);
INSERT INTO progress (one, cursor) VALUES (1, 0);

CREATE TABLE mails (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL, -- of the spool
    received_at TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    subject TEXT NOT NULL,
    sender TEXT NOT NULL,
    verdict TEXT NOT NULL, -- as it stands: an undrop changes it, the outcome keeps what was decided
    severity TEXT,
    by TEXT NOT NULL,
    is_archive INTEGER NOT NULL, -- imported: in no scheduled digest
    kept_from TEXT NOT NULL, -- the retention time counts from here: when it came, for an imported one when it was imported
    is_forgotten INTEGER NOT NULL DEFAULT 0, -- its bytes are deleted, kept long enough
    outcome BLOB NOT NULL -- zstd of JSON, see codec.py
);
CREATE INDEX mails_received_at ON mails (received_at);
CREATE INDEX mails_host ON mails (host, received_at);

CREATE TABLE ledger (
    day TEXT NOT NULL,
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    verdict TEXT NOT NULL,
    by TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (day, host, kind, verdict, by)
) WITHOUT ROWID;

-- Could not be judged; counted as held.
CREATE TABLE parked (
    id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    day TEXT NOT NULL,
    error TEXT NOT NULL,
    parked_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE tries (
    id TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE entries (
    n INTEGER PRIMARY KEY,
    mail_id TEXT NOT NULL,
    received_at TEXT NOT NULL,
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    section TEXT NOT NULL,
    verdict TEXT NOT NULL,
    severity TEXT,
    summary TEXT NOT NULL,
    lines TEXT NOT NULL, -- JSON array
    by TEXT NOT NULL,
    detail TEXT NOT NULL,
    score REAL NOT NULL,
    subject TEXT NOT NULL,
    shown_in INTEGER -- n of the digest that showed it; 0: never to be shown by itself (archive)
);
CREATE INDEX entries_unshown ON entries (n) WHERE shown_in IS NULL;
CREATE INDEX entries_received_at ON entries (received_at);
CREATE INDEX entries_mail ON entries (mail_id);

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    host TEXT NOT NULL,
    "check" TEXT NOT NULL,
    item TEXT NOT NULL,
    severity TEXT NOT NULL,
    summary TEXT NOT NULL,
    recovery TEXT NOT NULL,
    origin TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    count INTEGER NOT NULL,
    mail_id TEXT NOT NULL,
    closed_at TEXT, -- NULL while open
    closed_by TEXT NOT NULL DEFAULT '', -- the mail, '' for the clock or a person
    comment TEXT NOT NULL DEFAULT '',
    flaps INTEGER NOT NULL DEFAULT 0, -- how often it ended and was back soon
    told_at TEXT, -- when sinks are told of it, NULL while nobody is to be told
    behind TEXT NOT NULL DEFAULT '', -- key of the overflow event that stands for it in a storm, - when that is over
    stale_since TEXT, -- its section is missing from complete reports that used to show it
    value REAL, -- of the measure that fired last
    shown_in INTEGER -- n of the digest that showed its end
) WITHOUT ROWID;
CREATE UNIQUE INDEX events_open ON events (key) WHERE closed_at IS NULL;
CREATE INDEX events_open_host ON events (host) WHERE closed_at IS NULL;
CREATE INDEX events_told ON events (told_at) WHERE told_at IS NOT NULL;
CREATE INDEX events_behind ON events (behind, severity, opened_at) WHERE behind <> '' AND told_at IS NULL AND closed_at IS NULL;
CREATE INDEX events_closed ON events (key, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX events_ended ON events (closed_at) WHERE closed_at IS NOT NULL;

-- The newest explicit OK of each key, so that a problem overtaken by its own recovery is not opened any more.
CREATE TABLE oks (
    key TEXT PRIMARY KEY,
    at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE acks (
    event_id TEXT PRIMARY KEY,
    comment TEXT NOT NULL,
    who TEXT NOT NULL,
    at TEXT NOT NULL,
    until TEXT NOT NULL,
    above REAL,
    severity TEXT NOT NULL, -- of the event when it was acknowledged
    summary TEXT NOT NULL -- the same
) WITHOUT ROWID;

CREATE TABLE hosts (
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (host, kind)
) WITHOUT ROWID;

-- The last value of each measure.
CREATE TABLE measures (
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    value REAL NOT NULL,
    unit TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (host, name, subject)
) WITHOUT ROWID;

-- What people said of a mail or a section. The newest row of a mail and section stands; taking it back lets the one before stand again.
CREATE TABLE labels (
    n INTEGER PRIMARY KEY,
    mail_id TEXT NOT NULL,
    section TEXT NOT NULL, -- '' for the whole mail
    verdict TEXT NOT NULL,
    why TEXT NOT NULL,
    who TEXT NOT NULL,
    at TEXT NOT NULL,
    how TEXT NOT NULL, -- single, cluster, audit, digest
    question TEXT NOT NULL -- the cluster or audit it answers, '' if none
);
CREATE INDEX labels_mail ON labels (mail_id, section);

-- Labelled mails that a model in force would have dropped wrongly: the next one has to learn them, so they are never held out.
CREATE TABLE never_frozen (
    mail_id TEXT PRIMARY KEY
) WITHOUT ROWID;

-- The kinds on which learning may act.
CREATE TABLE promotions (
    kind TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    detail TEXT NOT NULL -- what the decision rested on
) WITHOUT ROWID;

-- What was done to learning, by whom: label, unlabel, promote, retire, install, refuse, rollback.
CREATE TABLE steps (
    n INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL, -- a mail, a kind, a model's version
    who TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- By day and kind: the sections that no rule decided, and what learning said of them.
CREATE TABLE learnt_days (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    n INTEGER NOT NULL,
    n_held INTEGER NOT NULL, -- the gate held them
    n_new INTEGER NOT NULL, -- of these: for a line never seen
    n_vetoed INTEGER NOT NULL, -- the classifier held what the gate let through
    PRIMARY KEY (day, kind)
) WITHOUT ROWID;

-- One row for each section that is dropped as things stand; `at` counts from 0 within the outcome.
CREATE TABLE drops (
    n INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: audits name it
    mail_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    section TEXT NOT NULL,
    day TEXT NOT NULL,
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL, -- what dropped it: rule KIND/ID, gate KIND
    score REAL NOT NULL, -- the classifier's probability of trouble
    chance REAL -- to have been asked about by now; 0: no drawing since, NULL: never will be (archive, no line)
);
CREATE INDEX drops_mail ON drops (mail_id);
CREATE INDEX drops_new ON drops (n) WHERE chance = 0;

-- Drops drawn to be checked. They keep what the drop was: a wrong one leaves `drops`.
CREATE TABLE audits (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    slot TEXT NOT NULL, -- of the digest that asks
    drop_n INTEGER NOT NULL UNIQUE,
    mail_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    section TEXT NOT NULL,
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    score REAL NOT NULL,
    chance REAL NOT NULL,
    asked_at TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '', -- right, wrong, '' while open
    answered_at TEXT,
    who TEXT NOT NULL DEFAULT '',
    why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audits_mail ON audits (mail_id);

-- Wrong drops found by other ways than an audit.
CREATE TABLE corrections (
    drop_n INTEGER PRIMARY KEY,
    mail_id TEXT NOT NULL,
    section TEXT NOT NULL,
    source TEXT NOT NULL,
    how TEXT NOT NULL, -- undrop, label
    is_sure INTEGER NOT NULL, -- 0: the mail was wrongly dropped, perhaps for another of its sections
    at TEXT NOT NULL
);

-- Sources that audits found wanting. While `lifted_at` is NULL they drop nothing.
CREATE TABLE suspended (
    n INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    at TEXT NOT NULL,
    why TEXT NOT NULL,
    lifted_at TEXT,
    lifted_why TEXT NOT NULL DEFAULT '',
    lifted_by TEXT NOT NULL DEFAULT '',
    through INTEGER NOT NULL DEFAULT 0 -- the last drops.n at that time: what came before does not count against the source any more
);
CREATE UNIQUE INDEX suspended_now ON suspended (source) WHERE lifted_at IS NULL;

CREATE TABLE digests (
    n INTEGER PRIMARY KEY,
    slot TEXT NOT NULL UNIQUE, -- what it is the digest of: none is sent twice
    sent_at TEXT NOT NULL,
    through INTEGER NOT NULL -- the last mails.n it counted
);

-- One row for each delivery. A claim moves next_try_at ahead, so a claim whose process died comes due again.
CREATE TABLE outbox (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    sink TEXT NOT NULL,
    order_key TEXT NOT NULL, -- deliveries of one sink with the same key go out in order
    what TEXT NOT NULL, -- change, digest, pass
    mail_id TEXT NOT NULL,
    payload TEXT NOT NULL, -- JSON
    created_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', -- waiting, done, dead
    n_tries INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT NOT NULL,
    ended_at TEXT,
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_due ON outbox (sink, next_try_at) WHERE state = 'waiting';
CREATE INDEX outbox_order ON outbox (sink, order_key, n) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (n) WHERE state = 'dead';

-- The sections that feed a check, by what a host's complete reports of a kind showed; section '' stands for the report itself.
CREATE TABLE checks (
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    section TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    n_shown INTEGER NOT NULL, -- complete reports that showed it
    n_sick INTEGER NOT NULL, -- of these: not as healthy
    n_before INTEGER NOT NULL, -- complete reports that came before it was shown first
    n_missed INTEGER NOT NULL, -- complete reports since it was shown last
    longest_gap INTEGER NOT NULL, -- reports between two that showed it, at most
    stale_since TEXT,
    shown_in INTEGER, -- n of the digest that told that it is stale
    PRIMARY KEY (host, kind, section)
) WITHOUT ROWID;
CREATE INDEX checks_stale ON checks (stale_since) WHERE stale_since IS NOT NULL;

-- Times in which what happens on some hosts is held back.
CREATE TABLE windows (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT NOT NULL, -- a glob, '' where it is for a group
    in_group TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    until TEXT NOT NULL,
    unless TEXT, -- severity that is told all the same
    comment TEXT NOT NULL,
    who TEXT NOT NULL,
    ended_at TEXT -- NULL until it is over
);
CREATE INDEX windows_now ON windows (n) WHERE ended_at IS NULL;

CREATE TABLE held (
    event_id TEXT NOT NULL,
    window_n INTEGER NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '', -- '' while it waits, told, over
    PRIMARY KEY (event_id, window_n)
) WITHOUT ROWID;
CREATE INDEX held_now ON held (event_id) WHERE outcome = '';
CREATE INDEX held_window ON held (window_n, outcome);

-- Mails in which rules with `in_a_row` or `per_day` fired, and those in which they could have since.
CREATE TABLE sightings (
    rule TEXT NOT NULL,
    scope TEXT NOT NULL, -- host/kind/section/item, or the key of the event for `per_day`
    at TEXT NOT NULL, -- the mail's own time
    mail_id TEXT NOT NULL,
    keys TEXT NOT NULL, -- JSON array: the events it fired for, none where it did not
    n INTEGER NOT NULL, -- how often it has to fire
    forget_at TEXT NOT NULL,
    PRIMARY KEY (rule, scope, at, mail_id)
) WITHOUT ROWID;
CREATE INDEX sightings_forget ON sightings (forget_at);

-- Paths (paths.py): the ways mails came, by host and kind of report.
CREATE TABLE paths (
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    first_on TEXT NOT NULL, -- days of receipt
    last_on TEXT NOT NULL,
    n_days INTEGER NOT NULL,
    learnt_on TEXT, -- NULL: not believed
    by TEXT NOT NULL DEFAULT '', -- who confirmed it
    PRIMARY KEY (host, kind, path)
) WITHOUT ROWID;
CREATE TABLE event_paths (
    event_id TEXT PRIMARY KEY,
    path TEXT NOT NULL -- '' where mails that showed the event took several
) WITHOUT ROWID;
CREATE TABLE path_doubts (
    event_id TEXT NOT NULL,
    path TEXT NOT NULL,
    mail_id TEXT NOT NULL, -- the last one
    at TEXT NOT NULL,
    comment TEXT NOT NULL,
    is_void INTEGER NOT NULL DEFAULT 0, -- the problem was shown again since
    PRIMARY KEY (event_id, path)
) WITHOUT ROWID;
CREATE TABLE trusted (
    address TEXT PRIMARY KEY, -- or network
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL
) WITHOUT ROWID;

-- When each sort of report came from a host, and what was learnt from it.
CREATE TABLE arrivals (
    host TEXT NOT NULL, -- in lower case
    kind TEXT NOT NULL,
    job TEXT NOT NULL, -- of a cron mail, else ''
    n INTEGER NOT NULL,
    times TEXT NOT NULL, -- the newest 64, each a blank and ten digits: seconds since 1970
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    came_at TEXT NOT NULL, -- when that last one was received; '' while only an archive knows it: then it is not missed
    heard_at TEXT NOT NULL, -- when anything of this sort was last received, ''
    relay TEXT NOT NULL, -- who handed that in
    is_local INTEGER NOT NULL DEFAULT 0, -- only the host itself sends this kind
    is_stale INTEGER NOT NULL DEFAULT 1, -- something came since the cadence was learnt
    cadence TEXT NOT NULL DEFAULT '', -- JSON
    due_at TEXT, -- when the next one is expected; NULL: it is never missed
    late_at TEXT,
    often_since TEXT,
    PRIMARY KEY (host, kind, job)
) WITHOUT ROWID;
CREATE INDEX arrivals_stale ON arrivals (host, kind, job) WHERE is_stale = 1;
CREATE INDEX arrivals_due ON arrivals (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX arrivals_often ON arrivals (often_since) WHERE often_since IS NOT NULL;
CREATE INDEX arrivals_heard ON arrivals (heard_at, host, relay) WHERE is_local = 1;
CREATE INDEX arrivals_last ON arrivals (last_seen_at);

-- Hosts that are not missed any more.
CREATE TABLE retired (
    host TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    comment TEXT NOT NULL
) WITHOUT ROWID;

-- The cadence.toml by which due_at and late_at were reckoned.
CREATE TABLE cadence_file (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version TEXT NOT NULL
);

-- Past values of measures, packed: one row for each series and 32 days. A mail's rows lie side by side, and a reading is twelve bytes.
CREATE TABLE readings (
    host TEXT NOT NULL,
    period INTEGER NOT NULL, -- days since 1970 / 32
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    points BLOB NOT NULL, -- (seconds since 1970 as <I, value as <d) as they came
    PRIMARY KEY (host, period, name, subject)
) WITHOUT ROWID;

-- What moved to another level, found once a day.
CREATE TABLE moves (
    n INTEGER PRIMARY KEY, -- worst first
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    before REAL NOT NULL,
    now REAL NOT NULL,
    unit TEXT NOT NULL,
    weight REAL NOT NULL
);

-- What is dropped (muted.py). One row for each mail with a dropped section, until its day is over. Days are ordinals.
CREATE TABLE muted (
    n INTEGER PRIMARY KEY,
    day INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    mail_id TEXT NOT NULL,
    sections TEXT NOT NULL -- JSON: section to lines, source, shapes
);
CREATE INDEX muted_day ON muted (day);
CREATE TABLE muted_past (
    kind TEXT NOT NULL,
    section TEXT NOT NULL,
    host TEXT NOT NULL, -- '*': all together
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    days TEXT NOT NULL, -- JSON: day, then a Volume
    grown_on INTEGER, -- the day a jump was last told
    PRIMARY KEY (kind, section, host)
) WITHOUT ROWID;
CREATE TABLE muted_shapes (
    kind TEXT NOT NULL,
    section TEXT NOT NULL,
    shape INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (kind, section, shape)
) WITHOUT ROWID;
CREATE INDEX muted_shapes_last ON muted_shapes (last);
CREATE TABLE muted_progress (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    through INTEGER NOT NULL -- the last day that was judged
);
