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
