-- One thin row for each event that leaves and each destination, for relays and change data capture that read a table instead of the
-- log. What else there is to know of an event stands in events, at the same position.
ALTER TABLE ${flyway:defaultSchema}.event_outbox
    DROP CONSTRAINT event_outbox_event_key,
    DROP CONSTRAINT event_outbox_pkey,
    DROP COLUMN id,
    -- an application may have given two events one id
    ADD CONSTRAINT event_outbox_pkey PRIMARY KEY (destination, position),
    DROP CONSTRAINT event_outbox_status,
    ADD CONSTRAINT event_outbox_status CHECK (status IN ('pending', 'failed', 'published', 'discarded'));

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
