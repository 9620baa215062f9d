-- Three roles without login: for an application that does not migrate, for reading only, and for terminating transactions
-- that block the log (grant the last one in addition, to the login of an operator's tool).
-- Run it as a superuser, or as the tables' owner with CREATEROLE, in the database that holds the tables; again after each
-- migration, in one transaction (psql --single-transaction), so that running applications miss nothing. It may be run twice. Then, for each login:  GRANT eventsource_application TO orders_service;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'eventsource_application') THEN
        CREATE ROLE eventsource_application NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'eventsource_reader') THEN
        CREATE ROLE eventsource_reader NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'eventsource_operator') THEN
        CREATE ROLE eventsource_operator NOLOGIN;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA eventsource TO eventsource_application, eventsource_reader, eventsource_operator;

-- The application appends and reads. It cannot change or remove events, and it sets neither the position of an event nor the
-- time of its insertion: positions come from the identity column, which needs no privilege on its sequence. SELECT on the
-- sequence lets it notice that the sequence was set back. Functions run with their caller's rights, except publish_high_water_mark, which
-- checks what is published.
REVOKE INSERT, UPDATE ON eventsource.events FROM eventsource_application;
GRANT SELECT, INSERT (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket, tenant_id,
      actor_id, correlation_id, causation_id, "timestamp", payload, metadata)
   ON eventsource.events TO eventsource_application;
GRANT SELECT ON SEQUENCE eventsource.events_position_seq TO eventsource_application;
GRANT SELECT, INSERT, UPDATE ON eventsource.event_streams TO eventsource_application;
REVOKE UPDATE ON eventsource.high_water_mark FROM eventsource_application;
GRANT SELECT ON eventsource.high_water_mark TO eventsource_application;
GRANT EXECUTE ON FUNCTION eventsource.publish_high_water_mark(bigint) TO eventsource_application;
GRANT SELECT, INSERT ON eventsource.log_incarnation TO eventsource_application;
GRANT SELECT, INSERT, UPDATE, DELETE ON eventsource.projection_checkpoints, eventsource.subscription_instances,
      eventsource.snapshots, eventsource.dead_letter_queue, eventsource.parked_aggregates, eventsource.event_outbox
   TO eventsource_application;
-- which subscriptions are paused
GRANT SELECT, INSERT, UPDATE ON eventsource.subscription_controls TO eventsource_application;
-- what a consumer of messages has handled; it deletes what is older than its retention
GRANT SELECT, INSERT, DELETE ON eventsource.event_inbox TO eventsource_application;
-- which events get rows in event_outbox, where eventsource.outbox.mode=table; the owner switches them on once:
-- SELECT eventsource.outbox_rows(true);
GRANT SELECT, INSERT, DELETE ON eventsource.event_outbox_routes TO eventsource_application;
-- the order of its dead letters
GRANT USAGE ON SEQUENCE eventsource.message_position_seq TO eventsource_application;
-- how far each destination is
GRANT SELECT ON eventsource.event_outbox_status TO eventsource_application;
-- for the health indicator, which compares the installed version with the one it needs
GRANT SELECT ON eventsource.eventsource_schema_history TO eventsource_application;

GRANT SELECT ON ALL TABLES IN SCHEMA eventsource TO eventsource_reader;

-- An operator records who and why before a transaction is terminated, and cannot change or remove that afterwards.
GRANT SELECT, INSERT, UPDATE (outcome, outcome_at, error) ON eventsource.terminated_transactions TO eventsource_operator;
-- Terminating other users' sessions (not a superuser's) and seeing the age of their transactions needs two of PostgreSQL's own
-- roles, which a superuser can grant. A prepared transaction can be rolled back only by its own user or a superuser.
DO $$
BEGIN
    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
        GRANT pg_signal_backend, pg_read_all_stats TO eventsource_operator;
    ELSE
        RAISE NOTICE 'A superuser has yet to: GRANT pg_signal_backend, pg_read_all_stats TO eventsource_operator';
    END IF;
END
$$;

-- PostgreSQL 12 to 14 let everybody create tables in public; later versions do not. Leave this out if other users rely on it.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
