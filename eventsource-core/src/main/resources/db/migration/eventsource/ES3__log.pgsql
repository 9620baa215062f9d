-- The high-water mark as readers have found it: where a starting reader goes on from, whatever transactions are open then.
CREATE TABLE ${flyway:defaultSchema}.high_water_mark (
    singleton        boolean     NOT NULL DEFAULT true,
    position         bigint      NOT NULL DEFAULT 0,
    published_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT high_water_mark_pkey PRIMARY KEY (singleton),
    CONSTRAINT high_water_mark_one_row CHECK (singleton)
) WITH (fillfactor = 10);

INSERT INTO ${flyway:defaultSchema}.high_water_mark DEFAULT VALUES;

-- Publishes a high-water mark, with the rights of the tables' owner: whoever follows the log needs no UPDATE on high_water_mark, and can
-- publish no position without an event, nor one beyond the sequence. While the sequence is behind the log nothing is published:
-- the time of the last publication tells repair_positions() which events came after it.
-- Goes back only when the log itself has gone back.
CREATE FUNCTION ${flyway:defaultSchema}.publish_high_water_mark(p_position bigint) RETURNS void
    LANGUAGE sql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    UPDATE ${flyway:defaultSchema}.high_water_mark AS h SET position = p_position, published_at = clock_timestamp()
     WHERE (h.position < p_position
            OR h.position > p_position AND h.position > (SELECT coalesce(max(e.position), 0) FROM ${flyway:defaultSchema}.events AS e))
       AND EXISTS (SELECT FROM ${flyway:defaultSchema}.events AS e WHERE e.position = p_position)
       AND p_position <= pg_sequence_last_value(
               pg_get_serial_sequence('${flyway:defaultSchema}.events', 'position')::regclass)
$$;

REVOKE ALL ON FUNCTION ${flyway:defaultSchema}.publish_high_water_mark(bigint) FROM PUBLIC;

-- Tells whether the server may have lost commits. PostgreSQL empties an unlogged table when it recovers from a crash, on a standby
-- that is promoted, and in a restored base backup: exactly when what a reader remembers of the log may be there no more.
-- Whoever follows the log and finds no row makes one.
CREATE UNLOGGED TABLE ${flyway:defaultSchema}.log_incarnation (
    singleton        boolean     NOT NULL DEFAULT true,
    incarnation      uuid        NOT NULL DEFAULT md5(random()::text || clock_timestamp()::text)::uuid,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT log_incarnation_pkey PRIMARY KEY (singleton),
    CONSTRAINT log_incarnation_one_row CHECK (singleton)
);

-- Who ended a transaction that held back the log, and why. Written before it is ended, and again afterwards.
CREATE TABLE ${flyway:defaultSchema}.terminated_transactions (
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
CREATE FUNCTION ${flyway:defaultSchema}.repair_positions(p_apply boolean)
    RETURNS TABLE (old_position bigint, new_position bigint, aggregate_id uuid, version bigint)
    LANGUAGE plpgsql
    SET lock_timeout = '5s' AS $$
#variable_conflict use_column
DECLARE
    v_sequence  regclass := pg_catalog.pg_get_serial_sequence('${flyway:defaultSchema}.events', 'position');
    v_mark      bigint;
    v_published timestamptz;
    v_highest   bigint;
    v_last      bigint;
    missed      record;
BEGIN
    LOCK TABLE ${flyway:defaultSchema}.events IN SHARE ROW EXCLUSIVE MODE;
    SELECT h.position, h.published_at INTO v_mark, v_published FROM ${flyway:defaultSchema}.high_water_mark AS h FOR UPDATE;
    SELECT coalesce(max(e.position), 0) INTO v_highest FROM ${flyway:defaultSchema}.events AS e;
    EXECUTE 'SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM ' || v_sequence INTO v_last;
    IF v_last >= greatest(v_highest, v_mark) THEN
        RETURN;
    END IF;
    IF v_mark > v_highest THEN
        -- not what a reader has found, so that it tells nothing: the next one looks for itself
        v_mark := 0;
        IF p_apply THEN
            UPDATE ${flyway:defaultSchema}.high_water_mark SET position = 0;
        END IF;
    END IF;
    IF v_last >= v_highest THEN
        RETURN;
    END IF;
    IF p_apply THEN
        -- not setval, which stays when this is rolled back: nothing would tell any more which events were missed
        EXECUTE format('ALTER SEQUENCE %s RESTART WITH %s', v_sequence, v_highest);
        PERFORM pg_catalog.nextval(v_sequence);
        ALTER TABLE ${flyway:defaultSchema}.events DISABLE TRIGGER events_refuse_change;
    END IF;
    FOR missed IN
        SELECT e.position, e.aggregate_id, e.version FROM ${flyway:defaultSchema}.events AS e
         WHERE e.position <= v_mark AND e.created_at > v_published AND e.position < v_highest
         ORDER BY e.position
    LOOP
        old_position := missed.position;
        new_position := NULL;
        aggregate_id := missed.aggregate_id;
        version := missed.version;
        IF p_apply THEN
            UPDATE ${flyway:defaultSchema}.events AS e SET position = DEFAULT
             WHERE e.position = missed.position RETURNING e.position INTO new_position;
            UPDATE ${flyway:defaultSchema}.event_outbox AS o SET position = new_position WHERE o.position = missed.position;
        END IF;
        RETURN NEXT;
    END LOOP;
    IF p_apply THEN
        ALTER TABLE ${flyway:defaultSchema}.events ENABLE TRIGGER events_refuse_change;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION ${flyway:defaultSchema}.repair_positions(boolean) FROM PUBLIC;

-- For the owner of the tables, after the sequence of positions was set back: events that were inserted after an event with a higher
-- position, so that subscriptions may have passed them. It also finds them when the sequence has passed the log again, and
-- repair_positions() has nothing to go by any more. An event gets its position and created_at at the same moment, so that
-- those of other transactions differ by less than p_tolerance. When the server's clock is set back, what was inserted before is listed, too.
-- out_of_order: an older event of the stream has a higher position. Reads the whole log, and changes nothing.
CREATE FUNCTION ${flyway:defaultSchema}.missed_events(p_tolerance interval)
    RETURNS TABLE ("position" bigint, aggregate_id uuid, version bigint, event_type text, created_at timestamptz,
                   passed_at timestamptz, out_of_order boolean)
    LANGUAGE sql STABLE AS $$
    SELECT late.position, late.aggregate_id, late.version, late.event_type, late.created_at, late.passed_at,
           EXISTS (SELECT FROM ${flyway:defaultSchema}.events AS older
                    WHERE older.aggregate_id = late.aggregate_id AND older.version < late.version
                      AND older.position > late.position)
      FROM (SELECT e.position, e.aggregate_id, e.version, e.event_type, e.created_at,
                   min(e.created_at) OVER (ORDER BY e.position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                   AS passed_at
              FROM ${flyway:defaultSchema}.events AS e) AS late
     WHERE late.created_at > late.passed_at + p_tolerance
     ORDER BY late.position
$$;

REVOKE ALL ON FUNCTION ${flyway:defaultSchema}.missed_events(interval) FROM PUBLIC;
