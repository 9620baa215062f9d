-- Two roles without login: what an application needs when it does not migrate, and reading only.
-- Run it as a superuser, or as the tables' owner with CREATEROLE, in the database that holds the tables; again after each
-- migration that adds tables. It may be run twice. Then, for each login:  GRANT eventsource_application TO orders_service;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'eventsource_application') THEN
        CREATE ROLE eventsource_application NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'eventsource_reader') THEN
        CREATE ROLE eventsource_reader NOLOGIN;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA eventsource TO eventsource_application, eventsource_reader;

-- The application appends and reads; what has been appended it can neither change nor remove. Positions come from the
-- identity column, which needs no privilege on its sequence. The functions run with their caller's rights.
GRANT SELECT, INSERT ON eventsource.events TO eventsource_application;
GRANT SELECT, INSERT, UPDATE ON eventsource.event_streams, eventsource.projection_checkpoints TO eventsource_application;
GRANT SELECT, UPDATE ON eventsource.log_head TO eventsource_application;
GRANT SELECT, INSERT, UPDATE, DELETE ON eventsource.snapshots, eventsource.dead_letter_queue, eventsource.event_outbox
   TO eventsource_application;
-- for the health indicator, which compares the installed version with the one it needs
GRANT SELECT ON eventsource.eventsource_schema_history TO eventsource_application;

GRANT SELECT ON ALL TABLES IN SCHEMA eventsource TO eventsource_reader;

-- PostgreSQL 12 to 14 let everybody make tables in public; later versions do not. Leave it out where other users rely on it.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
