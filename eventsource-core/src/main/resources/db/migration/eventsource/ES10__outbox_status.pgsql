-- How far each destination is. Its place in the log is the checkpoint of its publisher, and what could not be sent is in the
-- dead-letter queue: published, waiting, failed and discarded together are the events that it has come by.
CREATE VIEW ${flyway:defaultSchema}.event_outbox_status AS
WITH place AS (
    SELECT projection_name, min(position) AS position, sum(events_processed)::bigint AS events, max(last_processed_at) AS last_at
      FROM ${flyway:defaultSchema}.projection_checkpoints
     WHERE projection_name LIKE 'outbox:%'
     GROUP BY projection_name),
letters AS (
    SELECT projection_name,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE status IN ('waiting', 'retrying')) AS waiting,
           count(*) FILTER (WHERE status = 'discarded') AS discarded,
           min(first_failed_at) FILTER (WHERE status IN ('failed', 'waiting', 'retrying')) AS oldest_open_at
      FROM ${flyway:defaultSchema}.dead_letter_queue
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
 CROSS JOIN ${flyway:defaultSchema}.log_head AS h
  LEFT JOIN letters AS l ON l.projection_name = p.projection_name;
