-- One thin row for each event that leaves and each destination, for relays and change data capture that read a table instead of the
-- log. What else there is to know of an event stands in events, at the same position.
CREATE TABLE ${flyway:defaultSchema}.event_outbox (
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
    ON ${flyway:defaultSchema}.event_outbox (destination, position)
    WHERE status IN ('pending', 'failed');

-- what retention removes; no row is in it before it is done
CREATE INDEX event_outbox_published_at_idx
    ON ${flyway:defaultSchema}.event_outbox (published_at)
    WHERE published_at IS NOT NULL;

-- Which events get a row, by the names that they are stored under.
CREATE TABLE ${flyway:defaultSchema}.event_outbox_routes (
    event_type        text        NOT NULL,
    destination       text        NOT NULL,
    registered_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT event_outbox_routes_pkey PRIMARY KEY (event_type, destination)
);

-- All events of a statement at once, whatever inserts them: appends, deferred inserts, groups, bulk loads.
CREATE FUNCTION ${flyway:defaultSchema}.write_outbox_rows() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ${flyway:defaultSchema}.event_outbox
           (destination, position, event_id, event_type, aggregate_id, aggregate_type)
    SELECT r.destination, a.position, a.event_id, a.event_type, a.aggregate_id, a.aggregate_type
      FROM appended AS a
      JOIN ${flyway:defaultSchema}.event_outbox_routes AS r ON r.event_type = a.event_type;
    RETURN NULL;
END
$$;

-- Switches the rows on or off, by the table's owner. There is a trigger only while they are on: a store without them pays nothing.
-- Appends wait behind this for a second at most; it gives up then, and may be repeated.
CREATE FUNCTION ${flyway:defaultSchema}.outbox_rows(p_on boolean) RETURNS void
    LANGUAGE plpgsql
    SET lock_timeout = '1s' AS $$
BEGIN
    LOCK TABLE ${flyway:defaultSchema}.events IN SHARE ROW EXCLUSIVE MODE;
    IF NOT p_on THEN
        DROP TRIGGER IF EXISTS events_write_outbox_rows ON ${flyway:defaultSchema}.events;
    ELSIF NOT EXISTS (
            SELECT FROM pg_catalog.pg_trigger AS t
             WHERE t.tgrelid = '${flyway:defaultSchema}.events'::regclass AND t.tgname = 'events_write_outbox_rows') THEN
        CREATE TRIGGER events_write_outbox_rows
            AFTER INSERT ON ${flyway:defaultSchema}.events
            REFERENCING NEW TABLE AS appended
            FOR EACH STATEMENT EXECUTE FUNCTION ${flyway:defaultSchema}.write_outbox_rows();
    END IF;
END
$$;

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
 CROSS JOIN ${flyway:defaultSchema}.high_water_mark AS h
  LEFT JOIN letters AS l ON l.projection_name = p.projection_name;
