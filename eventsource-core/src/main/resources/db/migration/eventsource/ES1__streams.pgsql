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

-- A few bytes per 256 kB of log and no measurable cost to an insert. Finds events by arrival time, and by id as long as
-- ids are time-ordered, as those that the library assigns are.
CREATE INDEX events_arrival_idx ON ${flyway:defaultSchema}.events
    USING brin (created_at, event_id) WITH (pages_per_range = 32, autosummarize = on);

-- What has been appended is history. Corrections are further events.
CREATE FUNCTION ${flyway:defaultSchema}.refuse_change_of_history() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: events are never changed or removed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation',
              HINT = 'Append a further event that corrects the earlier one.';
END
$$;

CREATE TRIGGER events_refuse_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ${flyway:defaultSchema}.events
    FOR EACH STATEMENT EXECUTE FUNCTION ${flyway:defaultSchema}.refuse_change_of_history();

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
