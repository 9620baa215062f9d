-- Appends of different callers in one statement and one commit: moves on every stream of the group that is free and as
-- expected, and inserts the events of those. Answers a row for each append that was done; the others have to run on their
-- own, because their stream is locked by somebody, is not as expected, or the append may be a repetition. Each stream
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
