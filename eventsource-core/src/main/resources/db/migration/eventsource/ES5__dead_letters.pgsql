-- Events that a projection could not handle. An entry holds a copy of the event: all that is needed to decode, handle and order
-- it without the log.
--
-- Messages of other services that could not be handled stand here too, behind each other by their key: aggregate_id is the key as
-- a UUID, and position is drawn from message_position_seq, since a message has no place in this log.
CREATE TABLE ${flyway:defaultSchema}.dead_letter_queue (
    id                   bigint      GENERATED ALWAYS AS IDENTITY,
    projection_name      text        NOT NULL,
    event_id             uuid        NOT NULL,
    event_type           text        NOT NULL,
    position             bigint      NOT NULL,
    aggregate_id         uuid        NOT NULL,
    aggregate_type       text        NOT NULL,
    event_data           jsonb       NOT NULL,
    -- an entry that waits behind another one has not failed
    error_type           text,
    error_message        text,
    error_stacktrace     text,
    retry_count          integer     NOT NULL DEFAULT 0,
    first_failed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_failed_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    status               text        NOT NULL DEFAULT 'failed',
    resolved_at          timestamptz,
    resolved_by          text,
    version              bigint      NOT NULL,
    revision             smallint    NOT NULL,
    bucket               smallint    NOT NULL,
    tenant_id            text,
    actor_id             text,
    correlation_id       text,
    causation_id         text,
    metadata             jsonb,
    event_timestamp      timestamptz NOT NULL,
    event_created_at     timestamptz NOT NULL,
    error_category       text,
    error_severity       text,
    -- how many of the retries came after the event was parked
    replay_count         integer     NOT NULL DEFAULT 0,
    -- when it is handled again by itself; NULL waits for somebody, or behind an earlier entry
    next_attempt_at      timestamptz,
    resolution_note      text,
    -- the payload as it was appended, once event_data was edited
    original_data        jsonb,
    edited_at            timestamptz,
    edited_by            text,
    edit_reason          text,
    -- of a message only: what identifies it, and its key
    message_source       text,
    message_id           text,
    message_key          text,
    -- where the broker has it
    message_partition    text,
    message_place        text,
    -- what the message says of its event
    message_aggregate_id uuid,
    message_position     bigint,
    CONSTRAINT dead_letter_queue_pkey PRIMARY KEY (id),
    -- an application may have given two events one id, and neither may take the other's place
    CONSTRAINT dead_letter_queue_event_key UNIQUE (projection_name, position),
    CONSTRAINT dead_letter_queue_status CHECK (status IN ('failed', 'waiting', 'retrying', 'resolved', 'discarded')),
    CONSTRAINT dead_letter_queue_failure_has_error CHECK (status <> 'failed' OR error_type IS NOT NULL),
    CONSTRAINT dead_letter_queue_edit_complete
        CHECK (num_nulls(original_data, edited_at, edited_by, edit_reason) IN (0, 4)),
    CONSTRAINT dead_letter_queue_message_complete
        CHECK (num_nulls(message_source, message_id, message_key, message_partition, message_place, message_aggregate_id,
                         message_position) IN (0, 7))
);

CREATE SEQUENCE ${flyway:defaultSchema}.message_position_seq;

CREATE INDEX dead_letter_queue_open_idx
    ON ${flyway:defaultSchema}.dead_letter_queue (projection_name, aggregate_id, position)
    WHERE status IN ('failed', 'waiting', 'retrying');

CREATE INDEX dead_letter_queue_due_idx
    ON ${flyway:defaultSchema}.dead_letter_queue (next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;

CREATE INDEX dead_letter_queue_status_idx
    ON ${flyway:defaultSchema}.dead_letter_queue (status, id);

-- Whose later events wait: one row for each aggregate of a projection that keeps order, as long as it has open entries.
-- Whoever puts an entry behind others, handles one or closes one locks this row; see DeadLetterParking.
CREATE TABLE ${flyway:defaultSchema}.parked_aggregates (
    projection_name   text        NOT NULL,
    aggregate_id      uuid        NOT NULL,
    bucket            smallint    NOT NULL,
    parked_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT parked_aggregates_pkey PRIMARY KEY (projection_name, aggregate_id),
    CONSTRAINT parked_aggregates_bucket_in_range CHECK (bucket BETWEEN 0 AND 1023)
);

CREATE INDEX parked_aggregates_bucket_idx
    ON ${flyway:defaultSchema}.parked_aggregates (projection_name, bucket);

-- Closes an open entry, and either frees its aggregate or passes on to the next entry. False when the entry was closed already.
-- The row of the aggregate is locked before anything is looked at: each statement that follows sees everything that was
-- committed up to then. A snapshot taken earlier would miss an entry that was put behind meanwhile and free its aggregate.
CREATE FUNCTION ${flyway:defaultSchema}.close_dead_letter(
    p_id bigint, p_status text, p_by text, p_note text, p_replays integer)
    RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    v_projection text;
    v_aggregate  uuid;
    v_in_order   boolean;
    v_next       bigint;
    v_next_status text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a dead letter can be closed only under READ COMMITTED, not under %', current_setting('transaction_isolation')
            USING ERRCODE = 'invalid_transaction_state',
                  HINT = 'Call it outside a transaction, or in one with isolation READ COMMITTED.';
    END IF;
    SELECT q.projection_name, q.aggregate_id INTO v_projection, v_aggregate
      FROM ${flyway:defaultSchema}.dead_letter_queue AS q WHERE q.id = p_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM FROM ${flyway:defaultSchema}.parked_aggregates AS a
      WHERE a.projection_name = v_projection AND a.aggregate_id = v_aggregate
        FOR UPDATE;
    v_in_order := FOUND;
    UPDATE ${flyway:defaultSchema}.dead_letter_queue AS q
       SET status = p_status, resolved_at = clock_timestamp(), resolved_by = p_by, resolution_note = p_note,
           retry_count = q.retry_count + p_replays, replay_count = q.replay_count + p_replays, next_attempt_at = NULL
     WHERE q.id = p_id AND q.status IN ('failed', 'waiting', 'retrying');
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF v_in_order THEN
        SELECT q.id, q.status INTO v_next, v_next_status
          FROM ${flyway:defaultSchema}.dead_letter_queue AS q
         WHERE q.projection_name = v_projection AND q.aggregate_id = v_aggregate
           AND q.status IN ('failed', 'waiting', 'retrying')
         ORDER BY q.position LIMIT 1;
        IF NOT FOUND THEN
            DELETE FROM ${flyway:defaultSchema}.parked_aggregates AS a
             WHERE a.projection_name = v_projection AND a.aggregate_id = v_aggregate;
        ELSIF v_next_status = 'waiting' THEN
            -- nobody failed before it any more: it is handled without anybody's word
            UPDATE ${flyway:defaultSchema}.dead_letter_queue AS q
               SET status = 'retrying', next_attempt_at = clock_timestamp()
             WHERE q.id = v_next;
        END IF;
    END IF;
    RETURN true;
END
$$;

-- The payload of a message as it can be stored: what is no JSON that PostgreSQL takes is kept byte by byte.
CREATE FUNCTION ${flyway:defaultSchema}.message_payload(p_content bytea)
    RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN convert_from(p_content, 'UTF8')::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN jsonb_build_object('base64', translate(encode(p_content, 'base64'), E'\n', ''));
END
$$;
