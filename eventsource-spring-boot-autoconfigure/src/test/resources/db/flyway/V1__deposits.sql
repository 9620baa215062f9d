CREATE VIEW flyway_deposits AS SELECT position, payload FROM eventsource.events WHERE event_type = 'deposited';
