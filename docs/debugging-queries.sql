-- Queries for looking at a running store. They change nothing and may be run as the tables' owner or as a member of
-- eventsource_reader (roles.sql) and pg_monitor; the queries of pg_stat_statements need that extension in this database and
-- its library in shared_preload_libraries. Nothing else here needs an extension. For another schema replace "eventsource".

-- connections: who is connected to this database, in which state, and how long the oldest of them has been in it
SELECT usename, application_name, state, count(*) AS connections, max(clock_timestamp() - state_change) AS longest
  FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend'
 GROUP BY usename, application_name, state
 ORDER BY connections DESC;

-- connection limit: how many client connections of all databases there are, and how many are allowed
SELECT count(*) AS connections, current_setting('max_connections')::integer AS max_connections
  FROM pg_stat_activity
 WHERE backend_type = 'client backend';

-- slow statements (13 and later): the statements on the store with the highest total time, in milliseconds
SELECT calls, round(total_exec_time::numeric, 1) AS total, round(mean_exec_time::numeric, 3) AS mean,
       round(max_exec_time::numeric, 1) AS max, rows, query
  FROM pg_stat_statements
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query LIKE '%eventsource.%'
 ORDER BY total_exec_time DESC
 LIMIT 20;

-- slow statements (12): the same with the names of that version
SELECT calls, round(total_time::numeric, 1) AS total, round(mean_time::numeric, 3) AS mean,
       round(max_time::numeric, 1) AS max, rows, query
  FROM pg_stat_statements
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query LIKE '%eventsource.%'
 ORDER BY total_time DESC
 LIMIT 20;

-- table sizes: how large each table is, with and without its indexes, and about how many rows it has
SELECT c.relname, pg_size_pretty(pg_total_relation_size(c.oid)) AS total, pg_size_pretty(pg_table_size(c.oid)) AS data,
       pg_size_pretty(pg_indexes_size(c.oid)) AS indexes, c.reltuples::bigint AS estimated_rows
  FROM pg_class AS c
 WHERE c.relnamespace = 'eventsource'::regnamespace AND c.relkind = 'r'
 ORDER BY pg_total_relation_size(c.oid) DESC;

-- log end: the highest visible position, the high-water mark as last published, and how many transactions may block it
SELECT (SELECT coalesce(max(position), 0) FROM eventsource.events) AS highest_position, h.position AS high_water_mark,
       clock_timestamp() - h.published_at AS published_before,
       (SELECT count(*) FROM pg_locks AS l
         WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND l.relation = 'eventsource.events'::regclass) AS open_writers
  FROM eventsource.high_water_mark AS h;

-- log holders: the open transactions that have written to the log and may block its readers; gid names a prepared one
SELECT l.virtualtransaction, l.pid, a.usename, a.application_name, a.client_addr, a.state,
       clock_timestamp() - coalesce(a.xact_start, p.prepared) AS open_for, a.query, p.gid
  FROM pg_locks AS l
  LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
  LEFT JOIN LATERAL (
           SELECT t.gid, t.prepared FROM pg_prepared_xacts AS t
             JOIN pg_locks AS x ON x.locktype = 'transactionid' AND x.transactionid = t.transaction
            WHERE l.pid IS NULL AND x.virtualtransaction = l.virtualtransaction AND t.database = current_database()
            LIMIT 1) AS p ON true
 WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.relation = 'eventsource.events'::regclass
 ORDER BY open_for DESC;

-- projection lag: positions behind the high-water mark (up to 1,000 are usual), and since when the next event waits
SELECT c.projection_name, c.segment, c.position, h.position AS high_water_mark, greatest(h.position - c.position, 0) AS behind,
       (SELECT e.created_at FROM eventsource.events AS e
         WHERE e.position > c.position AND e.position <= h.position ORDER BY e.position LIMIT 1) AS next_event_at,
       c.events_processed, c.last_processed_at
  FROM eventsource.projection_checkpoints AS c CROSS JOIN eventsource.high_water_mark AS h
 ORDER BY behind DESC, c.projection_name, c.segment;

-- dead letters: how many there are of each projection and status, and when the first and the last failed
SELECT projection_name, status, count(*) AS events, min(first_failed_at) AS oldest_failure, max(last_failed_at) AS newest_failure
  FROM eventsource.dead_letter_queue
 GROUP BY projection_name, status
 ORDER BY projection_name, status;

-- dead letters by error: why the unresolved ones failed
SELECT projection_name, event_type, error_type, count(*) AS events, min(position) AS first_position
  FROM eventsource.dead_letter_queue
 WHERE status IN ('failed', 'retrying') AND error_type IS NOT NULL
 GROUP BY projection_name, event_type, error_type
 ORDER BY events DESC;

-- outbox: how far each destination is, which of its events are in the dead-letter queue, and since when
SELECT destination, position, positions_behind, published, waiting, failed, discarded, oldest_open_at
  FROM eventsource.event_outbox_status
 ORDER BY destination;

-- stream: the events of an aggregate in their order (put in its id)
SELECT version, position, event_type, revision, "timestamp", actor_id, correlation_id, payload
  FROM eventsource.events
 WHERE aggregate_id = '550e8400-e29b-41d4-a716-446655440000'
 ORDER BY version;

-- stream plan: how these are found, and with how many pages; expect events_aggregate_id_version_key
EXPLAIN (ANALYZE, BUFFERS)
SELECT version, position, event_type, revision, "timestamp", actor_id, correlation_id, payload
  FROM eventsource.events
 WHERE aggregate_id = '550e8400-e29b-41d4-a716-446655440000'
 ORDER BY version;

-- stream version: the version of an aggregate's stream, and how many events it has; they are equal
SELECT s.aggregate_type, s.tenant_id, s.version,
       (SELECT count(*) FROM eventsource.events AS e WHERE e.aggregate_id = s.aggregate_id) AS events
  FROM eventsource.event_streams AS s
 WHERE s.aggregate_id = '550e8400-e29b-41d4-a716-446655440000';

-- throughput: events inserted in each minute of the last hour
SELECT date_trunc('minute', created_at) AS minute, count(*) AS events
  FROM eventsource.events
 WHERE created_at >= now() - interval '1 hour'
 GROUP BY minute
 ORDER BY minute;

-- index usage: how often each index was used since the statistics were reset, and its size
SELECT relname, indexrelname, idx_scan, idx_tup_read, idx_tup_fetch, pg_size_pretty(pg_relation_size(indexrelid)) AS size
  FROM pg_stat_user_indexes
 WHERE schemaname = 'eventsource'
 ORDER BY relname, idx_scan DESC;

-- invalid indexes: what a failed CREATE INDEX CONCURRENTLY left behind: it costs as much as an index and is not used
SELECT i.indrelid::regclass AS "table", i.indexrelid::regclass AS "index"
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
 WHERE c.relnamespace = 'eventsource'::regnamespace AND NOT i.indisvalid;

-- cache: the share of each table's pages that was found in shared buffers
SELECT relname, heap_blks_read, heap_blks_hit,
       round(heap_blks_hit::numeric / nullif(heap_blks_hit + heap_blks_read, 0), 3) AS hit_ratio
  FROM pg_statio_user_tables
 WHERE schemaname = 'eventsource'
 ORDER BY heap_blks_read DESC;

-- autovacuum: dead rows, when vacuum and analyze last ran, the share of updates that touched no index, and the age of the oldest transaction id
SELECT s.relname, s.n_live_tup, s.n_dead_tup, s.last_vacuum, s.last_autovacuum, s.last_analyze, s.last_autoanalyze,
       s.autovacuum_count, round(s.n_tup_hot_upd::numeric / nullif(s.n_tup_upd, 0), 3) AS hot_updates,
       age(c.relfrozenxid) AS transaction_age
  FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid
 WHERE s.schemaname = 'eventsource'
 ORDER BY s.n_dead_tup DESC;

-- running vacuums: how far those on this database are
SELECT p.pid, p.relid::regclass AS "table", p.phase, p.heap_blks_scanned, p.heap_blks_total
  FROM pg_stat_progress_vacuum AS p
 WHERE p.datname = current_database();

-- old transactions: those open for longest, those that keep vacuum from removing rows, and those idle in transaction
SELECT pid, usename, application_name, state, clock_timestamp() - xact_start AS open_for, age(backend_xmin) AS holds_back, query
  FROM pg_stat_activity
 WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
 ORDER BY xact_start
 LIMIT 20;

-- waiting sessions: who waits for a lock, and for whom
SELECT pid, pg_blocking_pids(pid) AS blocked_by, usename, application_name, clock_timestamp() - query_start AS running_for, query
  FROM pg_stat_activity
 WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
 ORDER BY query_start;
