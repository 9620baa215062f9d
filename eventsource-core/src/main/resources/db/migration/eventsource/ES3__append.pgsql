-- Moves a stream from its expected version to the next one, or says why not. This is the optimistic check: it draws no
-- position and, when it succeeds, never touches the log, so that a loser leaves neither a hole nor a lock there.
--
-- expected: the exact version; 0 for no stream; -1 for any; -2 for an existing stream of any version.
-- outcome:  'appended'  version is the stream's new version
--           'repeated'  this append id was appended before; version is the version that append ended at
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
        outcome := 'repeated';
        advance_stream.version := stream.append_versions[array_position(stream.append_ids, p_append_id)];
    ELSIF p_expected >= 0 AND stream.version >= p_expected + p_count AND EXISTS (
            SELECT FROM ${flyway:defaultSchema}.events AS e
             WHERE e.aggregate_id = p_aggregate_id AND e.version = p_expected + 1 AND e.append_id = p_append_id) THEN
        outcome := 'repeated';
        advance_stream.version := p_expected + p_count;
    ELSE
        outcome := 'conflict';
    END IF;
END
$$;

-- Appends one event to one stream: the optimistic check and, only when it succeeded, the insert.
CREATE FUNCTION ${flyway:defaultSchema}.append_event(
    p_aggregate_id uuid, p_aggregate_type text, p_tenant_id text, p_bucket smallint, p_expected bigint, p_append_id uuid,
    p_event_id uuid, p_event_type text, p_revision smallint, p_timestamp timestamptz,
    p_actor_id text, p_correlation_id text, p_causation_id text, p_payload jsonb, p_metadata jsonb,
    OUT outcome text, OUT version bigint, OUT actual text, OUT first_position bigint, OUT last_position bigint)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    SELECT a.outcome, a.version, a.actual INTO outcome, version, actual
      FROM ${flyway:defaultSchema}.advance_stream(
               p_aggregate_id, p_aggregate_type, p_tenant_id, p_expected, p_append_id, 1) AS a;
    IF append_event.outcome = 'appended' THEN
        INSERT INTO ${flyway:defaultSchema}.events AS e
               (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket, tenant_id,
                actor_id, correlation_id, causation_id, "timestamp", payload, metadata)
        VALUES (p_event_id, p_append_id, p_aggregate_id, p_aggregate_type, append_event.version, p_event_type, p_revision,
                p_bucket, p_tenant_id, p_actor_id, p_correlation_id, p_causation_id, p_timestamp, p_payload, p_metadata)
        RETURNING e.position, e.position INTO append_event.first_position, append_event.last_position;
    ELSIF append_event.outcome = 'repeated' THEN
        SELECT e.position, e.position INTO append_event.first_position, append_event.last_position
          FROM ${flyway:defaultSchema}.events AS e
         WHERE e.aggregate_id = p_aggregate_id AND e.version = append_event.version;
    END IF;
END
$$;

-- Appends several events to one stream. The arrays hold one element per event, in order.
CREATE FUNCTION ${flyway:defaultSchema}.append_events(
    p_aggregate_id uuid, p_aggregate_type text, p_tenant_id text, p_bucket smallint, p_expected bigint, p_append_id uuid,
    p_event_ids uuid[], p_event_types text[], p_revisions smallint[], p_timestamps timestamptz[],
    p_actor_ids text[], p_correlation_ids text[], p_causation_ids text[], p_payloads text[], p_metadata text[],
    OUT outcome text, OUT version bigint, OUT actual text, OUT first_position bigint, OUT last_position bigint)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    p_count CONSTANT integer := cardinality(p_event_ids);
BEGIN
    SELECT a.outcome, a.version, a.actual INTO outcome, version, actual
      FROM ${flyway:defaultSchema}.advance_stream(
               p_aggregate_id, p_aggregate_type, p_tenant_id, p_expected, p_append_id, p_count) AS a;
    IF append_events.outcome = 'appended' THEN
        WITH inserted AS (
            INSERT INTO ${flyway:defaultSchema}.events AS e
                   (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket, tenant_id,
                    actor_id, correlation_id, causation_id, "timestamp", payload, metadata)
            SELECT i.event_id, p_append_id, p_aggregate_id, p_aggregate_type,
                   append_events.version - p_count + i.ordinality, i.event_type, i.revision, p_bucket, p_tenant_id,
                   i.actor_id, i.correlation_id, i.causation_id, i.event_timestamp, i.payload::jsonb, i.metadata::jsonb
              FROM unnest(p_event_ids, p_event_types, p_revisions, p_timestamps, p_actor_ids, p_correlation_ids,
                          p_causation_ids, p_payloads, p_metadata) WITH ORDINALITY
                   AS i (event_id, event_type, revision, event_timestamp, actor_id, correlation_id,
                         causation_id, payload, metadata, ordinality)
             -- positions are drawn in this order, whatever the plan
             ORDER BY i.ordinality
            RETURNING e.position)
        SELECT min(n.position), max(n.position) INTO append_events.first_position, append_events.last_position
          FROM inserted AS n;
    ELSIF append_events.outcome = 'repeated' THEN
        SELECT min(e.position), max(e.position) INTO append_events.first_position, append_events.last_position
          FROM ${flyway:defaultSchema}.events AS e
         WHERE e.aggregate_id = p_aggregate_id
           AND e.version BETWEEN append_events.version - p_count + 1 AND append_events.version;
    END IF;
END
$$;
