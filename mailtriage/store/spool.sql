-- The spool: raw mails as they came, append only. `seq` is the order of arrival and never used twice.
CREATE TABLE mails (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    received_at TEXT NOT NULL, -- UTC, ISO 8601 with microseconds: sorts as text
    day TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest BLOB NOT NULL, -- SHA-256 of the bytes
    mail_from TEXT NOT NULL,
    rcpt_tos TEXT NOT NULL, -- JSON array
    peer TEXT NOT NULL,
    helo TEXT NOT NULL,
    body BLOB NOT NULL, -- zstd
    copies INTEGER NOT NULL DEFAULT 1, -- how often the same bytes came
    is_archive INTEGER NOT NULL DEFAULT 0 -- imported
);
CREATE INDEX mails_digest ON mails (digest);
CREATE INDEX mails_day ON mails (day);

-- How many mails of a day were deleted after their time: the ledger counts them still.
CREATE TABLE removed (
    day TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) WITHOUT ROWID;
