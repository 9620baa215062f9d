-- One row per stream: what an append compares and sets before it draws a position.
-- Low fillfactor, so that an update stays on its page and touches no index.
CREATE TABLE ${flyway:defaultSchema}.event_streams (
    aggregate_id     uuid     NOT NULL,
    aggregate_type   text     NOT NULL,
    tenant_id        text,
    version          bigint   NOT NULL,
    -- the last appends that named no exact version, newest first, and the version each ended at
    append_ids       uuid[]   NOT NULL DEFAULT '{}',
    append_versions  bigint[] NOT NULL DEFAULT '{}',
    CONSTRAINT event_streams_pkey PRIMARY KEY (aggregate_id),
    CONSTRAINT event_streams_version_positive CHECK (version > 0)
) WITH (fillfactor = 60);

-- The log. Its position comes from the INSERT itself and from nowhere else.
CREATE TABLE ${flyway:defaultSchema}.events (
    position         bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1),
    event_id         uuid        NOT NULL,
    append_id        uuid        NOT NULL,
    aggregate_id     uuid        NOT NULL,
    aggregate_type   text        NOT NULL,
    version          bigint      NOT NULL,
    event_type       text        NOT NULL,
    revision         smallint    NOT NULL DEFAULT 1,
    bucket           smallint    NOT NULL,
    tenant_id        text,
    actor_id         text,
    correlation_id   text,
    causation_id     text,
    "timestamp"      timestamptz NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    payload          jsonb       NOT NULL,
    metadata         jsonb,
    CONSTRAINT events_pkey PRIMARY KEY (position),
    CONSTRAINT events_aggregate_id_version_key UNIQUE (aggregate_id, version),
    CONSTRAINT events_version_positive CHECK (version > 0),
    CONSTRAINT events_bucket_in_range CHECK (bucket BETWEEN 0 AND 1023)
);

-- The high-water mark as readers have found it: where a starting reader goes on from, whatever transactions are open then.
CREATE TABLE ${flyway:defaultSchema}.log_head (
    singleton        boolean     NOT NULL DEFAULT true,
    position         bigint      NOT NULL DEFAULT 0,
    published_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT log_head_pkey PRIMARY KEY (singleton),
    CONSTRAINT log_head_one_row CHECK (singleton)
) WITH (fillfactor = 10);

INSERT INTO ${flyway:defaultSchema}.log_head DEFAULT VALUES;

-- A few bytes per 256 kB of log and no measurable cost to an insert. Finds events by arrival time, and by id as long as
-- ids are time-ordered, as those that the library assigns are.
CREATE INDEX events_arrival_idx ON ${flyway:defaultSchema}.events
    USING brin (created_at, event_id) WITH (pages_per_range = 32, autosummarize = on);

-- The last snapshot of an aggregate's state. It counts only while events holds the event that it was taken at.
CREATE TABLE ${flyway:defaultSchema}.snapshots (
    aggregate_id     uuid        NOT NULL,
    aggregate_type   text        NOT NULL,
    version          bigint      NOT NULL,
    event_id         uuid        NOT NULL,
    schema_version   integer     NOT NULL,
    state            jsonb       NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT snapshots_pkey PRIMARY KEY (aggregate_id),
    CONSTRAINT snapshots_version_positive CHECK (version > 0)
);

-- How far a projection is, one row per segment of it.
CREATE TABLE ${flyway:defaultSchema}.projection_checkpoints (
    projection_name   text        NOT NULL,
    segment           smallint    NOT NULL,
    position          bigint      NOT NULL,
    epoch             bigint      NOT NULL DEFAULT 0,
    last_event_id     uuid,
    last_event_type   text,
    last_processed_at timestamptz,
    events_processed  bigint      NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT projection_checkpoints_pkey PRIMARY KEY (projection_name, segment),
    CONSTRAINT projection_checkpoints_position_not_negative CHECK (position >= 0)
) WITH (fillfactor = 50);

-- Events that a projection could not handle, with a copy of the event.
CREATE TABLE ${flyway:defaultSchema}.dead_letter_queue (
    id                bigint      GENERATED ALWAYS AS IDENTITY,
    projection_name   text        NOT NULL,
    event_id          uuid        NOT NULL,
    event_type        text        NOT NULL,
    position          bigint      NOT NULL,
    aggregate_id      uuid        NOT NULL,
    aggregate_type    text        NOT NULL,
    event_data        jsonb       NOT NULL,
    error_type        text        NOT NULL,
    error_message     text,
    error_stacktrace  text,
    retry_count       integer     NOT NULL DEFAULT 0,
    first_failed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_failed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    status            text        NOT NULL DEFAULT 'failed',
    resolved_at       timestamptz,
    resolved_by       text,
    CONSTRAINT dead_letter_queue_pkey PRIMARY KEY (id),
    CONSTRAINT dead_letter_queue_event_key UNIQUE (projection_name, event_id),
    CONSTRAINT dead_letter_queue_status CHECK (status IN ('failed', 'retrying', 'resolved', 'discarded'))
);

-- Entries of a destination that failed or wait behind one that failed.
CREATE TABLE ${flyway:defaultSchema}.event_outbox (
    id                bigint      GENERATED ALWAYS AS IDENTITY,
    destination       text        NOT NULL,
    position          bigint      NOT NULL,
    event_id          uuid        NOT NULL,
    event_type        text        NOT NULL,
    aggregate_id      uuid        NOT NULL,
    aggregate_type    text        NOT NULL,
    status            text        NOT NULL DEFAULT 'pending',
    attempts          integer     NOT NULL DEFAULT 0,
    last_error        text,
    next_attempt_at   timestamptz,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_at      timestamptz,
    CONSTRAINT event_outbox_pkey PRIMARY KEY (id),
    CONSTRAINT event_outbox_event_key UNIQUE (destination, event_id),
    CONSTRAINT event_outbox_status CHECK (status IN ('pending', 'failed', 'published'))
);

-- Who ended a transaction that held back the log, and why. Written before it is ended, and again afterwards.
CREATE TABLE ${flyway:defaultSchema}.terminated_transactions (
    id                  bigint      GENERATED ALWAYS AS IDENTITY,
    requested_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    operator            text        NOT NULL,
    reason              text        NOT NULL,
    database_user       text        NOT NULL DEFAULT current_user,
    virtual_transaction text        NOT NULL,
    pid                 integer,
    prepared_gid        text,
    writer_user         text,
    writer_application  text,
    writer_started_at   timestamptz,
    outcome             text        NOT NULL DEFAULT 'requested',
    outcome_at          timestamptz,
    error               text,
    CONSTRAINT terminated_transactions_pkey PRIMARY KEY (id),
    CONSTRAINT terminated_transactions_operator_named CHECK (operator ~ '[^[:space:]]'),
    CONSTRAINT terminated_transactions_reason_given CHECK (reason ~ '[^[:space:]]'),
    CONSTRAINT terminated_transactions_outcome CHECK (outcome IN ('requested', 'ended', 'signalled', 'gone', 'failed'))
);
