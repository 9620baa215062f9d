-- Moves a stream from its expected version to the next one, or says why not. This is the optimistic check: it draws no
-- position and, when it succeeds, never touches the log, so that a loser leaves neither a gap nor a lock there.
--
-- expected: the exact version; 0 for no stream; -1 for any; -2 for an existing stream of any version.
-- outcome:  'appended'  version is the stream's new version
--           'duplicate' this append id was appended before; version is the version that append ended at
--           'conflict'  version is the stream's actual version, 0 when there is no stream
--           'type' or 'tenant'  the stream belongs to another one, which actual names
CREATE FUNCTION ${flyway:defaultSchema}.advance_stream(
    p_aggregate_id uuid, p_aggregate_type text, p_tenant_id text,
    p_expected bigint, p_append_id uuid, p_count integer,
    OUT outcome text, OUT version bigint, OUT actual text)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    stream ${flyway:defaultSchema}.event_streams%ROWTYPE;
BEGIN
    IF p_expected > 0 THEN
        UPDATE ${flyway:defaultSchema}.event_streams AS s
           SET version = p_expected + p_count
         WHERE s.aggregate_id = p_aggregate_id AND s.version = p_expected
           AND s.aggregate_type = p_aggregate_type AND s.tenant_id IS NOT DISTINCT FROM p_tenant_id
        RETURNING s.version INTO advance_stream.version;
    ELSIF p_expected = 0 THEN
        INSERT INTO ${flyway:defaultSchema}.event_streams AS s (aggregate_id, aggregate_type, tenant_id, version)
        VALUES (p_aggregate_id, p_aggregate_type, p_tenant_id, p_count)
        ON CONFLICT ON CONSTRAINT event_streams_pkey DO NOTHING
        RETURNING s.version INTO advance_stream.version;
    ELSIF p_expected = -1 THEN
        INSERT INTO ${flyway:defaultSchema}.event_streams AS s
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
        UPDATE ${flyway:defaultSchema}.event_streams AS s
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
    SELECT * INTO stream FROM ${flyway:defaultSchema}.event_streams AS s WHERE s.aggregate_id = p_aggregate_id;
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
            SELECT FROM ${flyway:defaultSchema}.events AS e
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
CREATE FUNCTION ${flyway:defaultSchema}.append_event(
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
        UPDATE ${flyway:defaultSchema}.event_streams AS s
           SET version = p_expected + 1
         WHERE s.aggregate_id = p_aggregate_id AND s.version = p_expected
           AND s.aggregate_type = p_aggregate_type AND s.tenant_id IS NOT DISTINCT FROM p_tenant_id
        RETURNING s.version INTO append_event.version;
    ELSIF p_expected > 0 THEN
        UPDATE ${flyway:defaultSchema}.event_streams AS s
           SET version = p_expected + 1
         WHERE s.aggregate_id = (SELECT f.aggregate_id FROM ${flyway:defaultSchema}.event_streams AS f
                                  WHERE f.aggregate_id = p_aggregate_id FOR NO KEY UPDATE SKIP LOCKED)
           AND s.version = p_expected
           AND s.aggregate_type = p_aggregate_type AND s.tenant_id IS NOT DISTINCT FROM p_tenant_id
        RETURNING s.version INTO append_event.version;
    ELSIF p_expected = 0 THEN
        IF NOT p_wait THEN
            -- for a stream that somebody is creating, which cannot be seen
            local_setting := set_config('lock_timeout', '100ms', true);
        END IF;
        INSERT INTO ${flyway:defaultSchema}.event_streams AS s (aggregate_id, aggregate_type, tenant_id, version)
        VALUES (p_aggregate_id, p_aggregate_type, p_tenant_id, 1)
        ON CONFLICT ON CONSTRAINT event_streams_pkey DO NOTHING
        RETURNING s.version INTO append_event.version;
    END IF;
    IF append_event.version IS NOT NULL THEN
        outcome := 'appended';
    ELSE
        IF NOT p_wait THEN
            local_setting := set_config('lock_timeout', '100ms', true);
            PERFORM FROM ${flyway:defaultSchema}.event_streams AS s
              WHERE s.aggregate_id = p_aggregate_id FOR NO KEY UPDATE SKIP LOCKED;
            IF NOT FOUND AND EXISTS (
                    SELECT FROM ${flyway:defaultSchema}.event_streams AS s WHERE s.aggregate_id = p_aggregate_id) THEN
                outcome := 'busy';
                RETURN;
            END IF;
        END IF;
        SELECT a.outcome, a.version, a.actual INTO outcome, version, actual
          FROM ${flyway:defaultSchema}.advance_stream(
                   p_aggregate_id, p_aggregate_type, p_tenant_id, p_expected, p_append_id, 1) AS a;
    END IF;
    IF append_event.outcome = 'appended' THEN
        INSERT INTO ${flyway:defaultSchema}.events AS e
               (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket, tenant_id,
                actor_id, correlation_id, causation_id, "timestamp", payload, metadata)
        VALUES (p_event_id, p_append_id, p_aggregate_id, p_aggregate_type, append_event.version, p_event_type, p_revision,
                p_bucket, p_tenant_id, p_actor_id, p_correlation_id, p_causation_id, p_timestamp, p_payload, p_metadata)
        RETURNING e.position, e.position INTO append_event.first_position, append_event.last_position;
    ELSIF append_event.outcome = 'duplicate' THEN
        SELECT e.position, e.position INTO append_event.first_position, append_event.last_position
          FROM ${flyway:defaultSchema}.events AS e
         WHERE e.aggregate_id = p_aggregate_id AND e.version = append_event.version;
    END IF;
END
$$;

-- Inserts the events of appends whose streams have been advanced. Two groups of arrays: one element per append, and one
-- per event, which names its append (from 1) and its place in it (from 0). An append whose first version is NULL is left
-- out. Nothing else draws positions for several events, and it draws them in the order of the event arrays: one scan of
-- them and no join, which a plan could reorder. An array of one element, but for the payloads and ids, stands for the same
-- value in all events.
CREATE FUNCTION ${flyway:defaultSchema}.insert_events(
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
            INSERT INTO ${flyway:defaultSchema}.events AS e
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
CREATE FUNCTION ${flyway:defaultSchema}.append_events(
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
          FROM ${flyway:defaultSchema}.advance_stream(p_aggregate_ids[1], p_aggregate_types[1], p_tenant_ids[1],
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
                  FROM ${flyway:defaultSchema}.advance_stream(
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
                   (SELECT e.position FROM ${flyway:defaultSchema}.events AS e
                     WHERE e.aggregate_id = a.id AND e.version = a.version - a.count + 1),
                   (SELECT e.position FROM ${flyway:defaultSchema}.events AS e
                     WHERE e.aggregate_id = a.id AND e.version = a.version)
              FROM unnest(p_aggregate_ids, versions, p_counts) WITH ORDINALITY AS a (id, version, count, ordinality);
    ELSIF p_insert THEN
        RETURN QUERY
            SELECT i.append, 'appended', versions[i.append], NULL::text, i.first_position, i.last_position
              FROM ${flyway:defaultSchema}.insert_events(
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
CREATE FUNCTION ${flyway:defaultSchema}.append_group(
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
        SELECT s.aggregate_id FROM ${flyway:defaultSchema}.event_streams AS s
         WHERE s.aggregate_id = ANY (p_aggregate_ids)
         ORDER BY s.aggregate_id
           FOR NO KEY UPDATE SKIP LOCKED);
    FOR step IN
        UPDATE ${flyway:defaultSchema}.event_streams AS s
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
            INSERT INTO ${flyway:defaultSchema}.event_streams AS s
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
              FROM ${flyway:defaultSchema}.insert_events(
                       p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_buckets, p_append_ids, first_versions,
                       p_appends, p_offsets, p_event_ids, p_event_types, p_revisions, p_timestamps, p_actor_ids,
                       p_correlation_ids, p_causation_ids, p_payloads, p_metadata) AS i;
    END IF;
END
$$;

-- The deferred inserts of one transaction. Refused when a stream is not as far as its events say: a savepoint that was rolled
-- back behind the application's back has undone the append, and its events must not be stored without it.
-- The timeout ends a client that hangs between this statement and its commit, while it holds back the log's tail.
CREATE FUNCTION ${flyway:defaultSchema}.insert_deferred_events(
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
      LEFT JOIN ${flyway:defaultSchema}.event_streams AS s ON s.aggregate_id = a.aggregate_id
     WHERE s.version IS NULL OR s.version < a.first_version + a.count - 1
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the append to stream % was undone by a savepoint that was rolled back on the connection itself', undone
            USING ERRCODE = 'invalid_transaction_state',
                  HINT = 'Roll back savepoints through Spring (nested transactions, TransactionStatus), or set eventsource.append.timing to immediate.';
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', p_idle_timeout, true);
    PERFORM ${flyway:defaultSchema}.insert_events(
        p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_buckets, p_append_ids, p_first_versions,
        p_appends, p_offsets, p_event_ids, p_event_types, p_revisions, p_timestamps, p_actor_ids,
        p_correlation_ids, p_causation_ids, p_payloads, p_metadata);
END
$$;
