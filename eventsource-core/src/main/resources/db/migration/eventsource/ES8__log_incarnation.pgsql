-- Tells whether the server may have lost commits. PostgreSQL empties an unlogged table when it recovers from a crash, on a standby
-- that is promoted, and in a restored base backup: exactly when what a reader remembers of the log may be there no more.
-- Whoever follows the log and finds no row makes one.
CREATE UNLOGGED TABLE ${flyway:defaultSchema}.log_incarnation (
    singleton        boolean     NOT NULL DEFAULT true,
    incarnation      uuid        NOT NULL DEFAULT md5(random()::text || clock_timestamp()::text)::uuid,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT log_incarnation_pkey PRIMARY KEY (singleton),
    CONSTRAINT log_incarnation_one_row CHECK (singleton)
);
