-- The library's tables in the schema eventsource, and the record that lets its migrator go on from here.
-- Made from the migrations in db/migration/eventsource, so do not edit it: CONTRIBUTING.md says how to make it anew.
-- Run it as the role that shall own the tables, all or nothing:
--   psql -X -v ON_ERROR_STOP=1 --single-transaction -f eventsource-schema.sql
-- It needs no extension and no superuser, only CREATE on the database. (Where the schema exists, and CREATE on it is
-- all that the role has, leave out the next line.)
CREATE SCHEMA IF NOT EXISTS eventsource;

-- ES1__streams.pgsql

-- One row per stream: what an append compares and sets before it draws a position.
-- Low fillfactor, so that an update stays on its page and touches no index.
CREATE TABLE eventsource.event_streams (
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
CREATE TABLE eventsource.events (
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
CREATE INDEX events_arrival_idx ON eventsource.events
    USING brin (created_at, event_id) WITH (pages_per_range = 32, autosummarize = on);

-- What has been appended is history. Corrections are further events.
CREATE FUNCTION eventsource.refuse_change_of_history() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: events are never changed or removed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation',
              HINT = 'Append a further event that corrects the earlier one.';
END
$$;

CREATE TRIGGER events_refuse_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON eventsource.events
    FOR EACH STATEMENT EXECUTE FUNCTION eventsource.refuse_change_of_history();

-- The last snapshot of an aggregate's state. It counts only while events holds the event that it was taken at.
CREATE TABLE eventsource.snapshots (
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

-- ES2__append.pgsql

-- Moves a stream from its expected version to the next one, or says why not. This is the optimistic check: it draws no
-- position and, when it succeeds, never touches the log, so that a loser leaves neither a gap nor a lock there.
--
-- expected: the exact version; 0 for no stream; -1 for any; -2 for an existing stream of any version.
-- outcome:  'appended'  version is the stream's new version
--           'duplicate' this append id was appended before; version is the version that append ended at
--           'conflict'  version is the stream's actual version, 0 when there is no stream
--           'type' or 'tenant'  the stream belongs to another one, which actual names
CREATE FUNCTION eventsource.advance_stream(
    p_aggregate_id uuid, p_aggregate_type text, p_tenant_id text,
    p_expected bigint, p_append_id uuid, p_count integer,
    OUT outcome text, OUT version bigint, OUT actual text)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    stream eventsource.event_streams%ROWTYPE;
BEGIN
    IF p_expected > 0 THEN
        UPDATE eventsource.event_streams AS s
           SET version = p_expected + p_count
         WHERE s.aggregate_id = p_aggregate_id AND s.version = p_expected
           AND s.aggregate_type = p_aggregate_type AND s.tenant_id IS NOT DISTINCT FROM p_tenant_id
        RETURNING s.version INTO advance_stream.version;
    ELSIF p_expected = 0 THEN
        INSERT INTO eventsource.event_streams AS s (aggregate_id, aggregate_type, tenant_id, version)
        VALUES (p_aggregate_id, p_aggregate_type, p_tenant_id, p_count)
        ON CONFLICT ON CONSTRAINT event_streams_pkey DO NOTHING
        RETURNING s.version INTO advance_stream.version;
    ELSIF p_expected = -1 THEN
        INSERT INTO eventsource.event_streams AS s
               (aggregate_id, aggregate_type, tenant_id, version, append_ids, append_versions)
        VALUES (p_aggregate_id, p_aggregate_type, p_tenant_id, p_count, ARRAY[p_append_id], ARRAY[p_count::bigint])
        ON CONFLICT ON CONSTRAINT event_streams_pkey DO UPDATE
           SET version = s.version + p_count,
               append_ids = (p_append_id || s.append_ids)[1:16],
               append_versions = ((s.version + p_count) || s.append_versions)[1:16]
         WHERE s.aggregate_type = p_aggregate_type AND s.tenant_id IS NOT DISTINCT FROM p_tenant_id
           AND p_append_id <> ALL (s.append_ids)
        RETURNING s.version INTO advance_stream.version;
    ELSE
        UPDATE eventsource.event_streams AS s
           SET version = s.version + p_count,
               append_ids = (p_append_id || s.append_ids)[1:16],
               append_versions = ((s.version + p_count) || s.append_versions)[1:16]
         WHERE s.aggregate_id = p_aggregate_id
           AND s.aggregate_type = p_aggregate_type AND s.tenant_id IS NOT DISTINCT FROM p_tenant_id
           AND p_append_id <> ALL (s.append_ids)
        RETURNING s.version INTO advance_stream.version;
    END IF;
    IF FOUND THEN
        outcome := 'appended';
        RETURN;
    END IF;

    -- A statement of its own, so that its snapshot shows what the winner of a race has committed.
    SELECT * INTO stream FROM eventsource.event_streams AS s WHERE s.aggregate_id = p_aggregate_id;
    advance_stream.version := coalesce(stream.version, 0);
    IF stream.aggregate_id IS NULL THEN
        outcome := 'conflict';
    ELSIF stream.aggregate_type <> p_aggregate_type THEN
        outcome := 'type';
        actual := stream.aggregate_type;
    ELSIF stream.tenant_id IS DISTINCT FROM p_tenant_id THEN
        outcome := 'tenant';
        actual := stream.tenant_id;
    ELSIF p_append_id = ANY (stream.append_ids) THEN
        outcome := 'duplicate';
        advance_stream.version := stream.append_versions[array_position(stream.append_ids, p_append_id)];
    ELSIF p_expected >= 0 AND stream.version - p_count >= p_expected AND EXISTS (
            SELECT FROM eventsource.events AS e
             WHERE e.aggregate_id = p_aggregate_id AND e.version = p_expected + 1 AND e.append_id = p_append_id) THEN
        outcome := 'duplicate';
        advance_stream.version := p_expected + p_count;
    ELSE
        outcome := 'conflict';
    END IF;
END
$$;

-- Appends one event to one stream: the optimistic check and, only when it succeeded, the insert. Without p_wait it answers
-- 'busy' instead of waiting for somebody's transaction that holds the stream.
CREATE FUNCTION eventsource.append_event(
    p_wait boolean, p_aggregate_id uuid, p_aggregate_type text, p_tenant_id text, p_bucket smallint, p_expected bigint, p_append_id uuid,
    p_event_id uuid, p_event_type text, p_revision smallint, p_timestamp timestamptz,
    p_actor_id text, p_correlation_id text, p_causation_id text, p_payload jsonb, p_metadata jsonb,
    OUT outcome text, OUT version bigint, OUT actual text, OUT first_position bigint, OUT last_position bigint)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    local_setting text;
BEGIN
    -- The common cases in place: a call of advance_stream costs as much again.
    IF p_expected > 0 AND p_wait THEN
        UPDATE eventsource.event_streams AS s
           SET version = p_expected + 1
         WHERE s.aggregate_id = p_aggregate_id AND s.version = p_expected
           AND s.aggregate_type = p_aggregate_type AND s.tenant_id IS NOT DISTINCT FROM p_tenant_id
        RETURNING s.version INTO append_event.version;
    ELSIF p_expected > 0 THEN
        UPDATE eventsource.event_streams AS s
           SET version = p_expected + 1
         WHERE s.aggregate_id = (SELECT f.aggregate_id FROM eventsource.event_streams AS f
                                  WHERE f.aggregate_id = p_aggregate_id FOR NO KEY UPDATE SKIP LOCKED)
           AND s.version = p_expected
           AND s.aggregate_type = p_aggregate_type AND s.tenant_id IS NOT DISTINCT FROM p_tenant_id
        RETURNING s.version INTO append_event.version;
    ELSIF p_expected = 0 THEN
        IF NOT p_wait THEN
            -- for a stream that somebody is creating, which cannot be seen
            local_setting := set_config('lock_timeout', '100ms', true);
        END IF;
        INSERT INTO eventsource.event_streams AS s (aggregate_id, aggregate_type, tenant_id, version)
        VALUES (p_aggregate_id, p_aggregate_type, p_tenant_id, 1)
        ON CONFLICT ON CONSTRAINT event_streams_pkey DO NOTHING
        RETURNING s.version INTO append_event.version;
    END IF;
    IF append_event.version IS NOT NULL THEN
        outcome := 'appended';
    ELSE
        IF NOT p_wait THEN
            local_setting := set_config('lock_timeout', '100ms', true);
            PERFORM FROM eventsource.event_streams AS s
              WHERE s.aggregate_id = p_aggregate_id FOR NO KEY UPDATE SKIP LOCKED;
            IF NOT FOUND AND EXISTS (
                    SELECT FROM eventsource.event_streams AS s WHERE s.aggregate_id = p_aggregate_id) THEN
                outcome := 'busy';
                RETURN;
            END IF;
        END IF;
        SELECT a.outcome, a.version, a.actual INTO outcome, version, actual
          FROM eventsource.advance_stream(
                   p_aggregate_id, p_aggregate_type, p_tenant_id, p_expected, p_append_id, 1) AS a;
    END IF;
    IF append_event.outcome = 'appended' THEN
        INSERT INTO eventsource.events AS e
               (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket, tenant_id,
                actor_id, correlation_id, causation_id, "timestamp", payload, metadata)
        VALUES (p_event_id, p_append_id, p_aggregate_id, p_aggregate_type, append_event.version, p_event_type, p_revision,
                p_bucket, p_tenant_id, p_actor_id, p_correlation_id, p_causation_id, p_timestamp, p_payload, p_metadata)
        RETURNING e.position, e.position INTO append_event.first_position, append_event.last_position;
    ELSIF append_event.outcome = 'duplicate' THEN
        SELECT e.position, e.position INTO append_event.first_position, append_event.last_position
          FROM eventsource.events AS e
         WHERE e.aggregate_id = p_aggregate_id AND e.version = append_event.version;
    END IF;
END
$$;

-- Inserts the events of appends whose streams have been advanced. Two groups of arrays: one element per append, and one
-- per event, which names its append (from 1) and its place in it (from 0). An append whose first version is NULL is left
-- out. Nothing else draws positions for several events, and it draws them in the order of the event arrays: one scan of
-- them and no join, which a plan could reorder. An array of one element, but for the payloads and ids, stands for the same
-- value in all events.
CREATE FUNCTION eventsource.insert_events(
    p_aggregate_ids uuid[], p_aggregate_types text[], p_tenant_ids text[], p_buckets smallint[], p_append_ids uuid[],
    p_first_versions bigint[],
    p_appends integer[], p_offsets integer[], p_event_ids uuid[], p_event_types text[], p_revisions smallint[],
    p_timestamps timestamptz[], p_actor_ids text[], p_correlation_ids text[], p_causation_ids text[],
    p_payloads text[], p_metadata text[])
    RETURNS TABLE (append integer, first_position bigint, last_position bigint)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH inserted AS (
            INSERT INTO eventsource.events AS e
                   (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket, tenant_id,
                    actor_id, correlation_id, causation_id, "timestamp", payload, metadata)
            SELECT i.event_id, p_append_ids[i.append], p_aggregate_ids[i.append], p_aggregate_types[i.append],
                   p_first_versions[i.append] + i.place,
                   CASE WHEN cardinality(p_event_types) = 1 THEN p_event_types[1] ELSE i.event_type END,
                   CASE WHEN cardinality(p_revisions) = 1 THEN p_revisions[1] ELSE i.revision END,
                   p_buckets[i.append], p_tenant_ids[i.append],
                   CASE WHEN cardinality(p_actor_ids) = 1 THEN p_actor_ids[1] ELSE i.actor_id END,
                   CASE WHEN cardinality(p_correlation_ids) = 1 THEN p_correlation_ids[1] ELSE i.correlation_id END,
                   CASE WHEN cardinality(p_causation_ids) = 1 THEN p_causation_ids[1] ELSE i.causation_id END,
                   CASE WHEN cardinality(p_timestamps) = 1 THEN p_timestamps[1] ELSE i.event_timestamp END,
                   i.payload::jsonb,
                   CASE WHEN cardinality(p_metadata) = 1 THEN p_metadata[1] ELSE i.metadata END::jsonb
              FROM unnest(p_appends, p_offsets, p_event_ids, p_event_types, p_revisions, p_timestamps, p_actor_ids,
                          p_correlation_ids, p_causation_ids, p_payloads, p_metadata)
                   AS i (append, place, event_id, event_type, revision, event_timestamp, actor_id,
                         correlation_id, causation_id, payload, metadata)
             WHERE p_first_versions[i.append] IS NOT NULL
            RETURNING e.aggregate_id, e.position)
        SELECT array_position(p_aggregate_ids, n.aggregate_id), min(n.position), max(n.position)
          FROM inserted AS n
         GROUP BY n.aggregate_id;
END
$$;

-- Appends to one or several streams, all or nothing, in the order of their ids whatever the order of the arrays, so that
-- two such appends never deadlock. With p_insert false the streams are advanced and the events are left to a later
-- insert_events in the same transaction.
--
-- Answers one row per append, or the single row of the append that was refused.
CREATE FUNCTION eventsource.append_events(
    p_insert boolean,
    p_aggregate_ids uuid[], p_aggregate_types text[], p_tenant_ids text[], p_buckets smallint[], p_append_ids uuid[],
    p_expected bigint[], p_counts integer[],
    p_appends integer[], p_offsets integer[], p_event_ids uuid[], p_event_types text[], p_revisions smallint[],
    p_timestamps timestamptz[], p_actor_ids text[], p_correlation_ids text[], p_causation_ids text[],
    p_payloads text[], p_metadata text[])
    RETURNS TABLE (append integer, outcome text, version bigint, actual text, first_position bigint, last_position bigint)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    step record;
    duplicates integer := 0;
    versions bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_aggregate_ids)]);
    first_versions bigint[] := versions;
    refused record;
BEGIN
    -- A subtransaction, so that a refusal undoes the streams before it and leaves the caller's transaction whole.
    -- One stream needs none.
    IF cardinality(p_aggregate_ids) = 1 THEN
        SELECT 1 AS append, s.* INTO refused
          FROM eventsource.advance_stream(p_aggregate_ids[1], p_aggregate_types[1], p_tenant_ids[1],
                                             p_expected[1], p_append_ids[1], p_counts[1]) AS s;
        versions[1] := refused.version;
        first_versions[1] := refused.version - p_counts[1] + 1;
        IF refused.outcome = 'duplicate' THEN
            duplicates := 1;
        ELSIF refused.outcome <> 'appended' THEN
            RETURN QUERY SELECT 1, refused.outcome, refused.version, refused.actual, NULL::bigint, NULL::bigint;
            RETURN;
        END IF;
    ELSE
        BEGIN
            FOR step IN
                SELECT i.ordinality::integer AS append FROM unnest(p_aggregate_ids) WITH ORDINALITY AS i (id, ordinality)
                 ORDER BY i.id
            LOOP
                SELECT step.append AS append, s.* INTO refused
                  FROM eventsource.advance_stream(
                           p_aggregate_ids[step.append], p_aggregate_types[step.append], p_tenant_ids[step.append],
                           p_expected[step.append], p_append_ids[step.append], p_counts[step.append]) AS s;
                IF refused.outcome = 'duplicate' THEN
                    duplicates := duplicates + 1;
                ELSIF refused.outcome <> 'appended' THEN
                    RAISE EXCEPTION USING ERRCODE = 'ES001';
                END IF;
                versions[step.append] := refused.version;
                first_versions[step.append] := refused.version - p_counts[step.append] + 1;
            END LOOP;
            IF duplicates > 0 AND duplicates < cardinality(p_aggregate_ids) THEN
                refused.outcome := 'partly duplicate';
                RAISE EXCEPTION USING ERRCODE = 'ES001';
            END IF;
        EXCEPTION WHEN SQLSTATE 'ES001' THEN
            RETURN QUERY SELECT refused.append, refused.outcome, refused.version, refused.actual, NULL::bigint, NULL::bigint;
            RETURN;
        END;
    END IF;

    IF duplicates > 0 THEN
        RETURN QUERY
            SELECT a.ordinality::integer, 'duplicate', a.version, NULL::text,
                   (SELECT e.position FROM eventsource.events AS e
                     WHERE e.aggregate_id = a.id AND e.version = a.version - a.count + 1),
                   (SELECT e.position FROM eventsource.events AS e
                     WHERE e.aggregate_id = a.id AND e.version = a.version)
              FROM unnest(p_aggregate_ids, versions, p_counts) WITH ORDINALITY AS a (id, version, count, ordinality);
    ELSIF p_insert THEN
        RETURN QUERY
            SELECT i.append, 'appended', versions[i.append], NULL::text, i.first_position, i.last_position
              FROM eventsource.insert_events(
                       p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_buckets, p_append_ids, first_versions,
                       p_appends, p_offsets, p_event_ids, p_event_types, p_revisions, p_timestamps, p_actor_ids,
                       p_correlation_ids, p_causation_ids, p_payloads, p_metadata) AS i;
    ELSE
        RETURN QUERY
            SELECT a.ordinality::integer, 'appended', a.version, NULL::text, NULL::bigint, NULL::bigint
              FROM unnest(versions) WITH ORDINALITY AS a (version, ordinality);
    END IF;
END
$$;

-- Appends of different callers in one statement and one commit: moves on every stream of the group that is free and as
-- expected, and inserts the events of those. Answers a row for each append that was done; the others have to run on their
-- own, because their stream is locked by somebody, is not as expected, or the append may be a duplicate. Each stream
-- stands in the group once. A lock that is not to be had soon fails the group, which is then taken apart by the caller.
--
-- Three statements in PL/pgSQL rather than one of CTEs, and generic plans: planning would cost more than the work. Streams
-- are found by their ids, one by one: a plan made before the server has statistics would read the whole table for each group.
CREATE FUNCTION eventsource.append_group(
    p_aggregate_ids uuid[], p_aggregate_types text[], p_tenant_ids text[], p_buckets smallint[], p_append_ids uuid[],
    p_expected bigint[], p_counts integer[],
    p_appends integer[], p_offsets integer[], p_event_ids uuid[], p_event_types text[], p_revisions smallint[],
    p_timestamps timestamptz[], p_actor_ids text[], p_correlation_ids text[], p_causation_ids text[],
    p_payloads text[], p_metadata text[])
    RETURNS TABLE (append integer, version bigint, first_position bigint, last_position bigint)
    LANGUAGE plpgsql
    SET lock_timeout = '100ms'
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    free uuid[];
    first_versions bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_aggregate_ids)]);
    step record;
BEGIN
    -- in id order, and never waiting for somebody's open transaction
    free := ARRAY(
        SELECT s.aggregate_id FROM eventsource.event_streams AS s
         WHERE s.aggregate_id = ANY (p_aggregate_ids)
         ORDER BY s.aggregate_id
           FOR NO KEY UPDATE SKIP LOCKED);
    FOR step IN
        UPDATE eventsource.event_streams AS s
           SET version = s.version + i.count,
               append_ids = CASE WHEN i.expected < 0 THEN (i.append_id || s.append_ids)[1:16] ELSE s.append_ids END,
               append_versions = CASE WHEN i.expected < 0 THEN ((s.version + i.count) || s.append_versions)[1:16]
                                      ELSE s.append_versions END
          FROM unnest(p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_append_ids, p_expected, p_counts)
               WITH ORDINALITY AS i (aggregate_id, aggregate_type, tenant_id, append_id, expected, count, append)
         WHERE s.aggregate_id = i.aggregate_id AND i.aggregate_id = ANY (free)
           AND s.aggregate_type = i.aggregate_type AND s.tenant_id IS NOT DISTINCT FROM i.tenant_id
           AND (s.version = i.expected OR i.expected < 0 AND i.append_id <> ALL (s.append_ids))
        RETURNING i.append, s.version - i.count + 1 AS first_version
    LOOP
        first_versions[step.append] := step.first_version;
    END LOOP;
    IF 0 = ANY (p_expected) OR -1 = ANY (p_expected) THEN
        FOR step IN
            INSERT INTO eventsource.event_streams AS s
                   (aggregate_id, aggregate_type, tenant_id, version, append_ids, append_versions)
            SELECT i.aggregate_id, i.aggregate_type, i.tenant_id, i.count,
                   CASE WHEN i.expected < 0 THEN ARRAY[i.append_id] ELSE '{}' END,
                   CASE WHEN i.expected < 0 THEN ARRAY[i.count::bigint] ELSE '{}' END
              FROM unnest(p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_append_ids, p_expected, p_counts,
                          first_versions)
                   AS i (aggregate_id, aggregate_type, tenant_id, append_id, expected, count, first_version)
             WHERE i.expected IN (0, -1) AND i.first_version IS NULL
             ORDER BY i.aggregate_id
            ON CONFLICT DO NOTHING
            RETURNING s.aggregate_id
        LOOP
            first_versions[array_position(p_aggregate_ids, step.aggregate_id)] := 1;
        END LOOP;
    END IF;
    -- the log is named only when there is something to insert
    IF array_remove(first_versions, NULL) <> '{}' THEN
        RETURN QUERY
            SELECT i.append, first_versions[i.append] + p_counts[i.append] - 1, i.first_position, i.last_position
              FROM eventsource.insert_events(
                       p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_buckets, p_append_ids, first_versions,
                       p_appends, p_offsets, p_event_ids, p_event_types, p_revisions, p_timestamps, p_actor_ids,
                       p_correlation_ids, p_causation_ids, p_payloads, p_metadata) AS i;
    END IF;
END
$$;

-- The deferred inserts of one transaction. Refused when a stream is not as far as its events say: a savepoint that was rolled
-- back behind the application's back has undone the append, and its events must not be stored without it.
-- The timeout ends a client that hangs between this statement and its commit, while it holds back the log's tail.
CREATE FUNCTION eventsource.insert_deferred_events(
    p_idle_timeout text,
    p_aggregate_ids uuid[], p_aggregate_types text[], p_tenant_ids text[], p_buckets smallint[], p_append_ids uuid[],
    p_first_versions bigint[], p_counts integer[],
    p_appends integer[], p_offsets integer[], p_event_ids uuid[], p_event_types text[], p_revisions smallint[],
    p_timestamps timestamptz[], p_actor_ids text[], p_correlation_ids text[], p_causation_ids text[],
    p_payloads text[], p_metadata text[])
    RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    undone uuid;
BEGIN
    SELECT a.aggregate_id INTO undone
      FROM unnest(p_aggregate_ids, p_first_versions, p_counts) AS a (aggregate_id, first_version, count)
      LEFT JOIN eventsource.event_streams AS s ON s.aggregate_id = a.aggregate_id
     WHERE s.version IS NULL OR s.version < a.first_version + a.count - 1
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the append to stream % was undone by a savepoint that was rolled back on the connection itself', undone
            USING ERRCODE = 'invalid_transaction_state',
                  HINT = 'Roll back savepoints through Spring (nested transactions, TransactionStatus), or set eventsource.append.timing to immediate.';
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', p_idle_timeout, true);
    PERFORM eventsource.insert_events(
        p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_buckets, p_append_ids, p_first_versions,
        p_appends, p_offsets, p_event_ids, p_event_types, p_revisions, p_timestamps, p_actor_ids,
        p_correlation_ids, p_causation_ids, p_payloads, p_metadata);
END
$$;

-- ES3__log.pgsql

-- The high-water mark as readers have found it: where a starting reader goes on from, whatever transactions are open then.
CREATE TABLE eventsource.high_water_mark (
    singleton        boolean     NOT NULL DEFAULT true,
    position         bigint      NOT NULL DEFAULT 0,
    published_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT high_water_mark_pkey PRIMARY KEY (singleton),
    CONSTRAINT high_water_mark_one_row CHECK (singleton)
) WITH (fillfactor = 10);

INSERT INTO eventsource.high_water_mark DEFAULT VALUES;

-- Publishes a high-water mark, with the rights of the tables' owner: whoever follows the log needs no UPDATE on high_water_mark, and can
-- publish no position without an event, nor one beyond the sequence. While the sequence is behind the log nothing is published:
-- the time of the last publication tells repair_positions() which events came after it.
-- Goes back only when the log itself has gone back.
CREATE FUNCTION eventsource.publish_high_water_mark(p_position bigint) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    UPDATE eventsource.high_water_mark AS h SET position = p_position, published_at = clock_timestamp()
     WHERE (h.position < p_position
            OR h.position > p_position AND h.position > (SELECT coalesce(max(e.position), 0) FROM eventsource.events AS e))
       AND EXISTS (SELECT FROM eventsource.events AS e WHERE e.position = p_position)
       AND p_position <= pg_sequence_last_value(
               pg_get_serial_sequence('eventsource.events', 'position')::regclass)
$$;

REVOKE ALL ON FUNCTION eventsource.publish_high_water_mark(bigint) FROM PUBLIC;

-- Tells whether the server may have lost commits. PostgreSQL empties an unlogged table when it recovers from a crash, on a standby
-- that is promoted, and in a restored base backup: exactly when what a reader remembers of the log may be there no more.
-- Whoever follows the log and finds no row makes one.
CREATE UNLOGGED TABLE eventsource.log_incarnation (
    singleton        boolean     NOT NULL DEFAULT true,
    incarnation      uuid        NOT NULL DEFAULT md5(random()::text || clock_timestamp()::text)::uuid,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT log_incarnation_pkey PRIMARY KEY (singleton),
    CONSTRAINT log_incarnation_one_row CHECK (singleton)
);

-- Who ended a transaction that held back the log, and why. Written before it is ended, and again afterwards.
CREATE TABLE eventsource.terminated_transactions (
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

-- For the owner of the tables, when the sequence of positions was set back, or an event or high_water_mark stands beyond it: events that
-- were appended below the published high-water mark after it was published are seen by no subscription. Lists them; with p_apply also moves
-- the sequence behind the log and gives them new positions there, in their order. A subscription that had not come by their old
-- position yet, and has read them there, handles them a second time. Appends wait for it.
CREATE FUNCTION eventsource.repair_positions(p_apply boolean)
    RETURNS TABLE (old_position bigint, new_position bigint, aggregate_id uuid, version bigint)
    LANGUAGE plpgsql
    SET lock_timeout = '5s' AS $$
#variable_conflict use_column
DECLARE
    v_sequence  regclass := pg_catalog.pg_get_serial_sequence('eventsource.events', 'position');
    v_mark      bigint;
    v_published timestamptz;
    v_highest   bigint;
    v_last      bigint;
    missed      record;
BEGIN
    LOCK TABLE eventsource.events IN SHARE ROW EXCLUSIVE MODE;
    SELECT h.position, h.published_at INTO v_mark, v_published FROM eventsource.high_water_mark AS h FOR UPDATE;
    SELECT coalesce(max(e.position), 0) INTO v_highest FROM eventsource.events AS e;
    EXECUTE 'SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM ' || v_sequence INTO v_last;
    IF v_last >= greatest(v_highest, v_mark) THEN
        RETURN;
    END IF;
    IF v_mark > v_highest THEN
        -- not what a reader has found, so that it tells nothing: the next one looks for itself
        v_mark := 0;
        IF p_apply THEN
            UPDATE eventsource.high_water_mark SET position = 0;
        END IF;
    END IF;
    IF v_last >= v_highest THEN
        RETURN;
    END IF;
    IF p_apply THEN
        -- not setval, which stays when this is rolled back: nothing would tell any more which events were missed
        EXECUTE format('ALTER SEQUENCE %s RESTART WITH %s', v_sequence, v_highest);
        PERFORM pg_catalog.nextval(v_sequence);
        ALTER TABLE eventsource.events DISABLE TRIGGER events_refuse_change;
    END IF;
    FOR missed IN
        SELECT e.position, e.aggregate_id, e.version FROM eventsource.events AS e
         WHERE e.position <= v_mark AND e.created_at > v_published AND e.position < v_highest
         ORDER BY e.position
    LOOP
        old_position := missed.position;
        new_position := NULL;
        aggregate_id := missed.aggregate_id;
        version := missed.version;
        IF p_apply THEN
            UPDATE eventsource.events AS e SET position = DEFAULT
             WHERE e.position = missed.position RETURNING e.position INTO new_position;
            UPDATE eventsource.event_outbox AS o SET position = new_position WHERE o.position = missed.position;
        END IF;
        RETURN NEXT;
    END LOOP;
    IF p_apply THEN
        ALTER TABLE eventsource.events ENABLE TRIGGER events_refuse_change;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION eventsource.repair_positions(boolean) FROM PUBLIC;

-- For the owner of the tables, after the sequence of positions was set back: events that were inserted after an event with a higher
-- position, so that subscriptions may have passed them. It also finds them when the sequence has passed the log again, and
-- repair_positions() has nothing to go by any more. An event gets its position and created_at at the same moment, so that
-- those of other transactions differ by less than p_tolerance. When the server's clock is set back, what was inserted before is listed, too.
-- out_of_order: an older event of the stream has a higher position. Reads the whole log, and changes nothing.
CREATE FUNCTION eventsource.missed_events(p_tolerance interval)
    RETURNS TABLE ("position" bigint, aggregate_id uuid, version bigint, event_type text, created_at timestamptz,
                   passed_at timestamptz, out_of_order boolean)
    LANGUAGE sql STABLE AS $$
    SELECT late.position, late.aggregate_id, late.version, late.event_type, late.created_at, late.passed_at,
           EXISTS (SELECT FROM eventsource.events AS older
                    WHERE older.aggregate_id = late.aggregate_id AND older.version < late.version
                      AND older.position > late.position)
      FROM (SELECT e.position, e.aggregate_id, e.version, e.event_type, e.created_at,
                   min(e.created_at) OVER (ORDER BY e.position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                   AS passed_at
              FROM eventsource.events AS e) AS late
     WHERE late.created_at > late.passed_at + p_tolerance
     ORDER BY late.position
$$;

REVOKE ALL ON FUNCTION eventsource.missed_events(interval) FROM PUBLIC;

-- ES4__subscriptions.pgsql

-- How far a projection is, one row per segment of it. Several instances share a projection's buckets. The row of a segment is
-- named by its first bucket; together the rows of a projection hold every bucket once. Owner, epoch and position stand in one
-- row, so that whoever lost a segment moves nothing.
CREATE TABLE eventsource.projection_checkpoints (
    projection_name    text        NOT NULL,
    segment            smallint    NOT NULL,
    position           bigint      NOT NULL,
    epoch              bigint      NOT NULL DEFAULT 0,
    last_event_id      uuid,
    last_event_type    text,
    last_processed_at  timestamptz,
    events_processed   bigint      NOT NULL DEFAULT 0,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_bucket        smallint    NOT NULL DEFAULT 1023,
    owner              uuid,
    claimed_at         timestamptz,
    -- being merged: the segment to become a part of, and where all its parts meet
    merge_into         smallint,
    merge_at           bigint,
    -- being rebuilt: up to where, and since when
    rebuild_until      bigint,
    rebuild_started_at timestamptz,
    CONSTRAINT projection_checkpoints_pkey PRIMARY KEY (projection_name, segment),
    CONSTRAINT projection_checkpoints_position_not_negative CHECK (position >= 0),
    CONSTRAINT projection_checkpoints_buckets_in_range CHECK (0 <= segment AND segment <= last_bucket AND last_bucket <= 1023),
    CONSTRAINT projection_checkpoints_merge_has_place CHECK ((merge_into IS NULL) = (merge_at IS NULL)),
    CONSTRAINT projection_checkpoints_merge_to_the_left CHECK (merge_into <= segment)
) WITH (fillfactor = 50);

-- The running instances that drive subscriptions. One row is renewed for all segments that an instance owns.
CREATE TABLE eventsource.subscription_instances (
    instance_id      uuid        NOT NULL,
    description      text        NOT NULL,
    subscriptions    text[]      NOT NULL,
    started_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_duration   interval    NOT NULL,
    lease_until      timestamptz NOT NULL,
    CONSTRAINT subscription_instances_pkey PRIMARY KEY (instance_id),
    CONSTRAINT subscription_instances_lease_positive CHECK (lease_duration > interval '0')
) WITH (fillfactor = 50);

-- Whether an instance may still own segments. A lease that ends later than a whole lease from now was given by another clock.
CREATE FUNCTION eventsource.leased(i eventsource.subscription_instances) RETURNS boolean
    LANGUAGE sql STABLE
AS $$
    SELECT i.lease_until > clock_timestamp() AND i.lease_until <= clock_timestamp() + i.lease_duration
$$;

-- What has been said of a subscription to all instances. Every instance finds it when it looks at the segments, also after a restart.
CREATE TABLE eventsource.subscription_controls (
    projection_name  text        NOT NULL,
    -- rises with everything that is said, so that older news change nothing
    changes          bigint      NOT NULL,
    paused_at        timestamptz,
    paused_by        text,
    pause_reason     text,
    resumed_at       timestamptz,
    resumed_by       text,
    CONSTRAINT subscription_controls_pkey PRIMARY KEY (projection_name),
    CONSTRAINT subscription_controls_paused_by_somebody CHECK ((paused_at IS NULL) = (paused_by IS NULL)),
    CONSTRAINT subscription_controls_reason_of_pause CHECK (pause_reason IS NULL OR paused_at IS NOT NULL)
);

-- Cuts a segment in two; its owner keeps the left part. Epochs only ever rise, also from a segment to the parts of it: one that
-- had the number before finds its epoch passed. Does nothing when the segment is not as the caller saw it.
CREATE FUNCTION eventsource.split_segment(p_projection text, p_segment smallint, p_epoch bigint, p_middle smallint)
    RETURNS boolean
    LANGUAGE plpgsql
    -- whoever cuts at its start has a lease to renew
    SET lock_timeout = '1s'
AS $$
DECLARE
    v_last smallint;
BEGIN
    SELECT last_bucket INTO v_last
      FROM eventsource.projection_checkpoints
     WHERE projection_name = p_projection AND segment = p_segment AND epoch = p_epoch AND merge_into IS NULL
       FOR UPDATE;
    IF NOT FOUND OR p_middle NOT BETWEEN p_segment + 1 AND v_last THEN
        RETURN false;
    END IF;
    UPDATE eventsource.projection_checkpoints
       SET last_bucket = p_middle - 1, epoch = epoch + 1
     WHERE projection_name = p_projection AND segment = p_segment;
    INSERT INTO eventsource.projection_checkpoints
           (projection_name, segment, last_bucket, position, epoch, last_event_id, last_event_type, last_processed_at,
            rebuild_until, rebuild_started_at)
    SELECT projection_name, p_middle, v_last, position, epoch, last_event_id, last_event_type, last_processed_at,
           rebuild_until, rebuild_started_at
      FROM eventsource.projection_checkpoints
     WHERE projection_name = p_projection AND segment = p_segment;
    RETURN true;
END
$$;

-- Makes one segment of its parts once all have come to the same position; says whether they have. Locks nothing while they have
-- not: the batches of the others go on.
CREATE FUNCTION eventsource.complete_merge(p_projection text, p_into smallint) RETURNS boolean
    LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT FROM eventsource.projection_checkpoints
                WHERE projection_name = p_projection AND merge_into = p_into AND position <> merge_at) THEN
        RETURN false;
    END IF;
    PERFORM FROM eventsource.projection_checkpoints
      WHERE projection_name = p_projection AND merge_into = p_into
      ORDER BY segment
        FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM eventsource.projection_checkpoints
                             WHERE projection_name = p_projection AND merge_into = p_into AND position <> merge_at) THEN
        RETURN false;
    END IF;
    UPDATE eventsource.projection_checkpoints AS c
       SET last_bucket = whole.last_bucket, epoch = whole.epoch, events_processed = whole.events_processed,
           merge_into = NULL, merge_at = NULL
      FROM (SELECT max(last_bucket) AS last_bucket, max(epoch) + 1 AS epoch, sum(events_processed) AS events_processed
              FROM eventsource.projection_checkpoints
             WHERE projection_name = p_projection AND merge_into = p_into) AS whole
     WHERE c.projection_name = p_projection AND c.segment = p_into;
    DELETE FROM eventsource.projection_checkpoints
     WHERE projection_name = p_projection AND merge_into = p_into;
    RETURN true;
END
$$;

-- Has neighbouring segments go on to the position of the one furthest ahead and become one there. Their epochs rise, so that no
-- batch under way passes that position. Says 'merged', 'merging', or 'changed' when they are not as the caller saw them.
CREATE FUNCTION eventsource.merge_segments(p_projection text, p_segments smallint[]) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    v_first    smallint;
    v_position bigint;
BEGIN
    PERFORM FROM eventsource.projection_checkpoints
      WHERE projection_name = p_projection AND segment = ANY (p_segments)
      ORDER BY segment
        FOR UPDATE;
    SELECT min(segment), max(position) INTO v_first, v_position
      FROM eventsource.projection_checkpoints
     WHERE projection_name = p_projection AND segment = ANY (p_segments) AND merge_into IS NULL
    HAVING count(*) = cardinality(p_segments)
       AND sum(last_bucket - segment + 1) = max(last_bucket) - min(segment) + 1;
    IF v_first IS NULL THEN
        RETURN 'changed';
    END IF;
    UPDATE eventsource.projection_checkpoints
       SET merge_into = v_first, merge_at = v_position, epoch = epoch + 1
     WHERE projection_name = p_projection AND segment = ANY (p_segments);
    IF eventsource.complete_merge(p_projection, v_first) THEN
        RETURN 'merged';
    END IF;
    RETURN 'merging';
END
$$;

-- ES5__dead_letters.pgsql

-- Events that a projection could not handle. An entry holds a copy of the event: all that is needed to decode, handle and order
-- it without the log.
--
-- Messages of other services that could not be handled stand here too, behind each other by their key: aggregate_id is the key as
-- a UUID, and position is drawn from message_position_seq, since a message has no place in this log.
CREATE TABLE eventsource.dead_letter_queue (
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

CREATE SEQUENCE eventsource.message_position_seq;

CREATE INDEX dead_letter_queue_open_idx
    ON eventsource.dead_letter_queue (projection_name, aggregate_id, position)
    WHERE status IN ('failed', 'waiting', 'retrying');

CREATE INDEX dead_letter_queue_due_idx
    ON eventsource.dead_letter_queue (next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;

CREATE INDEX dead_letter_queue_status_idx
    ON eventsource.dead_letter_queue (status, id);

-- Whose later events wait: one row for each aggregate of a projection that keeps order, as long as it has open entries.
-- Whoever puts an entry behind others, handles one or closes one locks this row; see DeadLetterParking.
CREATE TABLE eventsource.parked_aggregates (
    projection_name   text        NOT NULL,
    aggregate_id      uuid        NOT NULL,
    bucket            smallint    NOT NULL,
    parked_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT parked_aggregates_pkey PRIMARY KEY (projection_name, aggregate_id),
    CONSTRAINT parked_aggregates_bucket_in_range CHECK (bucket BETWEEN 0 AND 1023)
);

CREATE INDEX parked_aggregates_bucket_idx
    ON eventsource.parked_aggregates (projection_name, bucket);

-- Closes an open entry, and either frees its aggregate or passes on to the next entry. False when the entry was closed already.
-- The row of the aggregate is locked before anything is looked at: each statement that follows sees everything that was
-- committed up to then. A snapshot taken earlier would miss an entry that was put behind meanwhile and free its aggregate.
CREATE FUNCTION eventsource.close_dead_letter(
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
      FROM eventsource.dead_letter_queue AS q WHERE q.id = p_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM FROM eventsource.parked_aggregates AS a
      WHERE a.projection_name = v_projection AND a.aggregate_id = v_aggregate
        FOR UPDATE;
    v_in_order := FOUND;
    UPDATE eventsource.dead_letter_queue AS q
       SET status = p_status, resolved_at = clock_timestamp(), resolved_by = p_by, resolution_note = p_note,
           retry_count = q.retry_count + p_replays, replay_count = q.replay_count + p_replays, next_attempt_at = NULL
     WHERE q.id = p_id AND q.status IN ('failed', 'waiting', 'retrying');
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF v_in_order THEN
        SELECT q.id, q.status INTO v_next, v_next_status
          FROM eventsource.dead_letter_queue AS q
         WHERE q.projection_name = v_projection AND q.aggregate_id = v_aggregate
           AND q.status IN ('failed', 'waiting', 'retrying')
         ORDER BY q.position LIMIT 1;
        IF NOT FOUND THEN
            DELETE FROM eventsource.parked_aggregates AS a
             WHERE a.projection_name = v_projection AND a.aggregate_id = v_aggregate;
        ELSIF v_next_status = 'waiting' THEN
            -- nobody failed before it any more: it is handled without anybody's word
            UPDATE eventsource.dead_letter_queue AS q
               SET status = 'retrying', next_attempt_at = clock_timestamp()
             WHERE q.id = v_next;
        END IF;
    END IF;
    RETURN true;
END
$$;

-- The payload of a message as it can be stored: what is no JSON that PostgreSQL takes is kept byte by byte.
CREATE FUNCTION eventsource.message_payload(p_content bytea)
    RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN convert_from(p_content, 'UTF8')::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN jsonb_build_object('base64', translate(encode(p_content, 'base64'), E'\n', ''));
END
$$;

-- ES6__outbox.pgsql

-- One thin row for each event that leaves and each destination, for relays and change data capture that read a table instead of the
-- log. What else there is to know of an event stands in events, at the same position.
CREATE TABLE eventsource.event_outbox (
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
    -- not the event's id: an application may have given two events one id
    CONSTRAINT event_outbox_pkey PRIMARY KEY (destination, position),
    CONSTRAINT event_outbox_status CHECK (status IN ('pending', 'failed', 'published', 'discarded'))
);

-- what a relay has still to look at, however much of what is done is kept
CREATE INDEX event_outbox_open_idx
    ON eventsource.event_outbox (destination, position)
    WHERE status IN ('pending', 'failed');

-- what retention removes; no row is in it before it is done
CREATE INDEX event_outbox_published_at_idx
    ON eventsource.event_outbox (published_at)
    WHERE published_at IS NOT NULL;

-- Which events get a row, by the names that they are stored under.
CREATE TABLE eventsource.event_outbox_routes (
    event_type        text        NOT NULL,
    destination       text        NOT NULL,
    registered_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT event_outbox_routes_pkey PRIMARY KEY (event_type, destination)
);

-- All events of a statement at once, whatever inserts them: appends, deferred inserts, groups, bulk loads.
CREATE FUNCTION eventsource.write_outbox_rows() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO eventsource.event_outbox
           (destination, position, event_id, event_type, aggregate_id, aggregate_type)
    SELECT r.destination, a.position, a.event_id, a.event_type, a.aggregate_id, a.aggregate_type
      FROM appended AS a
      JOIN eventsource.event_outbox_routes AS r ON r.event_type = a.event_type;
    RETURN NULL;
END
$$;

-- Switches the rows on or off, by the table's owner. There is a trigger only while they are on: a store without them pays nothing.
-- Appends wait behind this for a second at most; it gives up then, and may be repeated.
CREATE FUNCTION eventsource.outbox_rows(p_on boolean) RETURNS void
    LANGUAGE plpgsql
    SET lock_timeout = '1s' AS $$
BEGIN
    LOCK TABLE eventsource.events IN SHARE ROW EXCLUSIVE MODE;
    IF NOT p_on THEN
        DROP TRIGGER IF EXISTS events_write_outbox_rows ON eventsource.events;
    ELSIF NOT EXISTS (
            SELECT FROM pg_catalog.pg_trigger AS t
             WHERE t.tgrelid = 'eventsource.events'::regclass AND t.tgname = 'events_write_outbox_rows') THEN
        CREATE TRIGGER events_write_outbox_rows
            AFTER INSERT ON eventsource.events
            REFERENCING NEW TABLE AS appended
            FOR EACH STATEMENT EXECUTE FUNCTION eventsource.write_outbox_rows();
    END IF;
END
$$;

-- How far each destination is. Its place in the log is the checkpoint of its publisher, and what could not be sent is in the
-- dead-letter queue: published, waiting, failed and discarded together are the events that it has come by.
CREATE VIEW eventsource.event_outbox_status AS
WITH place AS (
    SELECT projection_name, min(position) AS position, sum(events_processed)::bigint AS events, max(last_processed_at) AS last_at
      FROM eventsource.projection_checkpoints
     WHERE projection_name LIKE 'outbox:%'
     GROUP BY projection_name),
letters AS (
    SELECT projection_name,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE status IN ('waiting', 'retrying')) AS waiting,
           count(*) FILTER (WHERE status = 'discarded') AS discarded,
           min(first_failed_at) FILTER (WHERE status IN ('failed', 'waiting', 'retrying')) AS oldest_open_at
      FROM eventsource.dead_letter_queue
     WHERE projection_name LIKE 'outbox:%'
     GROUP BY projection_name)
SELECT substr(p.projection_name, 8) AS destination,
       p.position,
       -- at most so many events are still to be sent; most positions may be of other types
       greatest(h.position - p.position, 0) AS positions_behind,
       p.events - coalesce(l.failed + l.waiting + l.discarded, 0) AS published,
       coalesce(l.waiting, 0) AS waiting,
       coalesce(l.failed, 0) AS failed,
       coalesce(l.discarded, 0) AS discarded,
       l.oldest_open_at,
       p.last_at AS last_processed_at
  FROM place AS p
 CROSS JOIN eventsource.high_water_mark AS h
  LEFT JOIN letters AS l ON l.projection_name = p.projection_name;

-- ES7__inbox.pgsql

-- Which messages of other services have taken effect here, per consumer. Written in the transaction of the effect.
CREATE TABLE eventsource.event_inbox (
    consumer         text        NOT NULL,
    source           text        NOT NULL,
    message_id       text        NOT NULL,
    -- where it was read: what the broker is told in order
    partition        text        NOT NULL,
    received_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT event_inbox_pkey PRIMARY KEY (consumer, source, message_id)
);

-- Rows arrive in the order of their time; finds the old ones to remove.
CREATE INDEX event_inbox_received_at_idx ON eventsource.event_inbox
    USING brin (received_at) WITH (pages_per_range = 32, autosummarize = on);

-- What the migrator reads to know what is here: a row for each migration above.
CREATE TABLE eventsource.eventsource_schema_history (
    installed_rank integer       NOT NULL,
    version        varchar(50),
    description    varchar(200)  NOT NULL,
    type           varchar(20)   NOT NULL,
    script         varchar(1000) NOT NULL,
    checksum       integer,
    installed_by   varchar(100)  NOT NULL,
    installed_on   timestamp     NOT NULL DEFAULT now(),
    execution_time integer       NOT NULL,
    success        boolean       NOT NULL,
    CONSTRAINT eventsource_schema_history_pk PRIMARY KEY (installed_rank)
);

CREATE INDEX eventsource_schema_history_s_idx ON eventsource.eventsource_schema_history (success);

INSERT INTO eventsource.eventsource_schema_history
       (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
VALUES
    (1, '1', 'streams', 'SQL', 'ES1__streams.pgsql', -579893840, current_user, 0, true),
    (2, '2', 'append', 'SQL', 'ES2__append.pgsql', 441497156, current_user, 0, true),
    (3, '3', 'log', 'SQL', 'ES3__log.pgsql', -25156416, current_user, 0, true),
    (4, '4', 'subscriptions', 'SQL', 'ES4__subscriptions.pgsql', -773611201, current_user, 0, true),
    (5, '5', 'dead letters', 'SQL', 'ES5__dead_letters.pgsql', 1385818716, current_user, 0, true),
    (6, '6', 'outbox', 'SQL', 'ES6__outbox.pgsql', -542875854, current_user, 0, true),
    (7, '7', 'inbox', 'SQL', 'ES7__inbox.pgsql', -174978738, current_user, 0, true);
