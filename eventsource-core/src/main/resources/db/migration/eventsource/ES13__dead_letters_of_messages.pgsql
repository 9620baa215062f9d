-- Messages of other services that could not be handled stand in the dead-letter queue too, behind each other by their key:
-- aggregate_id is the key as a UUID, and position is drawn here, since a message has no place in this log.
CREATE SEQUENCE ${flyway:defaultSchema}.message_position_seq;

ALTER TABLE ${flyway:defaultSchema}.dead_letter_queue
    ADD COLUMN message_source       text,
    ADD COLUMN message_id           text,
    ADD COLUMN message_key          text,
    -- where the broker has it
    ADD COLUMN message_partition         text,
    ADD COLUMN message_place        text,
    -- what the message says of its event
    ADD COLUMN message_aggregate_id uuid,
    ADD COLUMN message_position     bigint,
    ADD CONSTRAINT dead_letter_queue_message_complete
        CHECK (num_nulls(message_source, message_id, message_key, message_partition, message_place, message_aggregate_id,
                         message_position) IN (0, 7));

-- The payload of a message as it can be stored: what is no JSON that PostgreSQL takes is kept byte by byte.
CREATE FUNCTION ${flyway:defaultSchema}.message_payload(p_content bytea)
    RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN convert_from(p_content, 'UTF8')::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN jsonb_build_object('base64', translate(encode(p_content, 'base64'), E'\n', ''));
END
$$;
