-- What has been appended is history. Corrections are further events.
CREATE FUNCTION ${flyway:defaultSchema}.refuse_change_of_history() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: events are never changed or removed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation',
              HINT = 'Append a further event that corrects the earlier one.';
END
$$;

CREATE TRIGGER events_refuse_change
    BEFORE UPDATE OR DELETE OR TRUNCATE ON ${flyway:defaultSchema}.events
    FOR EACH STATEMENT EXECUTE FUNCTION ${flyway:defaultSchema}.refuse_change_of_history();
