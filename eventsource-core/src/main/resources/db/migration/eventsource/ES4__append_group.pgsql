-- Moves on every stream of the group that is free and as expected, and answers the new version of each append in the
-- order of the arrays: NULL for an append that has to run on its own, because its stream is locked by somebody, is not
-- as expected, or the append may be a repetition. Each stream stands in the group once.
CREATE FUNCTION ${flyway:defaultSchema}.advance_group(
    p_aggregate_ids uuid[], p_aggregate_types text[], p_tenant_ids text[], p_append_ids uuid[],
    p_expected bigint[], p_counts integer[])
    RETURNS bigint[]
    LANGUAGE sql AS $$
    WITH input AS MATERIALIZED (
        SELECT * FROM unnest(p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_append_ids, p_expected, p_counts)
                      WITH ORDINALITY AS i (aggregate_id, aggregate_type, tenant_id, append_id, expected, count, ordinality)),
    present AS MATERIALIZED (
        SELECT s.aggregate_id FROM ${flyway:defaultSchema}.event_streams AS s WHERE s.aggregate_id = ANY (p_aggregate_ids)),
    -- in id order, and never waiting for somebody's open transaction
    free AS MATERIALIZED (
        SELECT s.aggregate_id FROM ${flyway:defaultSchema}.event_streams AS s
         WHERE s.aggregate_id = ANY (p_aggregate_ids)
         ORDER BY s.aggregate_id
           FOR NO KEY UPDATE SKIP LOCKED),
    advanced AS (
        UPDATE ${flyway:defaultSchema}.event_streams AS s
           SET version = s.version + i.count,
               append_ids = CASE WHEN i.expected < 0 THEN (i.append_id || s.append_ids)[1:16] ELSE s.append_ids END,
               append_versions = CASE WHEN i.expected < 0 THEN ((s.version + i.count) || s.append_versions)[1:16]
                                      ELSE s.append_versions END
          FROM input AS i JOIN free AS f ON f.aggregate_id = i.aggregate_id
         WHERE s.aggregate_id = i.aggregate_id
           AND s.aggregate_type = i.aggregate_type AND s.tenant_id IS NOT DISTINCT FROM i.tenant_id
           AND (s.version = i.expected OR i.expected < 0 AND i.append_id <> ALL (s.append_ids))
        RETURNING s.aggregate_id, s.version),
    created AS (
        INSERT INTO ${flyway:defaultSchema}.event_streams AS s
               (aggregate_id, aggregate_type, tenant_id, version, append_ids, append_versions)
        SELECT i.aggregate_id, i.aggregate_type, i.tenant_id, i.count,
               CASE WHEN i.expected < 0 THEN ARRAY[i.append_id] ELSE '{}' END,
               CASE WHEN i.expected < 0 THEN ARRAY[i.count::bigint] ELSE '{}' END
          FROM input AS i
         WHERE i.expected IN (0, -1) AND NOT EXISTS (SELECT FROM present AS p WHERE p.aggregate_id = i.aggregate_id)
         ORDER BY i.aggregate_id
        ON CONFLICT DO NOTHING
        RETURNING s.aggregate_id, s.version)
    SELECT array_agg(d.version ORDER BY i.ordinality)
      FROM input AS i
      LEFT JOIN (SELECT * FROM advanced UNION ALL SELECT * FROM created) AS d ON d.aggregate_id = i.aggregate_id
$$;

-- Appends of different callers in one statement and one commit. Answers a row for each append that was done; the others
-- have to run on their own. A lock that is not to be had soon fails the group, which is then taken apart by the caller.
CREATE FUNCTION ${flyway:defaultSchema}.append_group(
    p_aggregate_ids uuid[], p_aggregate_types text[], p_tenant_ids text[], p_buckets smallint[], p_append_ids uuid[],
    p_expected bigint[], p_counts integer[],
    p_appends integer[], p_offsets integer[], p_event_ids uuid[], p_event_types text[], p_revisions smallint[],
    p_timestamps timestamptz[], p_actor_ids text[], p_correlation_ids text[], p_causation_ids text[],
    p_payloads text[], p_metadata text[])
    RETURNS TABLE (append integer, version bigint, first_position bigint, last_position bigint)
    LANGUAGE plpgsql
    SET lock_timeout = '100ms' AS $$
#variable_conflict use_column
DECLARE
    versions bigint[];
    first_versions bigint[];
BEGIN
    versions := ${flyway:defaultSchema}.advance_group(
        p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_append_ids, p_expected, p_counts);
    SELECT array_agg(v.version - v.count + 1 ORDER BY v.ordinality) INTO first_versions
      FROM unnest(versions, p_counts) WITH ORDINALITY AS v (version, count, ordinality);
    -- the log is named only when there is something to insert
    IF array_remove(versions, NULL) <> '{}' THEN
        RETURN QUERY
            SELECT a.ordinality::integer, a.version, i.first_position, i.last_position
              FROM ${flyway:defaultSchema}.insert_events(
                       p_aggregate_ids, p_aggregate_types, p_tenant_ids, p_buckets, p_append_ids, first_versions,
                       p_appends, p_offsets, p_event_ids, p_event_types, p_revisions, p_timestamps, p_actor_ids,
                       p_correlation_ids, p_causation_ids, p_payloads, p_metadata) AS i
              JOIN unnest(p_aggregate_ids, versions) WITH ORDINALITY AS a (aggregate_id, version, ordinality)
                ON a.aggregate_id = i.aggregate_id;
    END IF;
END
$$;
