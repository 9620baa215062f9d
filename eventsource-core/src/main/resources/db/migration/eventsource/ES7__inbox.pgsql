-- Which messages of other services have taken effect here, per consumer. Written in the transaction of the effect.
CREATE TABLE ${flyway:defaultSchema}.event_inbox (
    consumer         text        NOT NULL,
    source           text        NOT NULL,
    message_id       text        NOT NULL,
    -- where it was read: what the broker is told in order
    partition        text        NOT NULL,
    received_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT event_inbox_pkey PRIMARY KEY (consumer, source, message_id)
);

-- Rows arrive in the order of their time; finds the old ones to remove.
CREATE INDEX event_inbox_received_at_idx ON ${flyway:defaultSchema}.event_inbox
    USING brin (received_at) WITH (pages_per_range = 32, autosummarize = on);
