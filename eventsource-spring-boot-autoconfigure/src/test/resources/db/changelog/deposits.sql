--liquibase formatted sql

--changeset deposits:1
CREATE VIEW liquibase_deposits AS SELECT position, payload FROM eventsource.events WHERE event_type = 'deposited';
