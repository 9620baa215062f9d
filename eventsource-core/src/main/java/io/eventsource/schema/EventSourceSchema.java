package io.eventsource.schema;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * The database schema that holds the library's tables, and the one place where its name enters SQL.
 *
 * @param name a lower-case identifier of up to 63 characters that needs no quoting
 */
public record EventSourceSchema(String name) {

    private static final Pattern IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    /** Words that PostgreSQL takes for no table's or schema's name without quotes, of all versions. */
    private static final Set<String> RESERVED = Set.of(
            """
            all analyse analyze and any array as asc asymmetric authorization binary both case cast check
            collate collation column concurrently constraint create cross current_catalog current_date
            current_role current_schema current_time current_timestamp current_user default deferrable desc
            distinct do else end except false fetch for foreign freeze from full grant group having ilike
            in initially inner intersect into is isnull join lateral leading left like limit localtime
            localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
            references returning right select session_user similar some symmetric system_user table
            tablesample then to trailing true union unique user using variadic verbose when where window
            with"""
                    .split("\\s+"));

    /** The token that stands for the schema's name in the library's SQL. */
    private static final String TOKEN = "{schema}";

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException when the name is no plain lower-case identifier
     */
    public EventSourceSchema {
        if (!IDENTIFIER.matcher(name).matches() || name.startsWith("pg_") || RESERVED.contains(name)) {
            throw new IllegalArgumentException(
                    "eventsource.schema must be a lower-case SQL identifier of letters, digits and underscores that is not reserved and does not start with a digit or 'pg_', but it is '%s'"
                            .formatted(name));
        }
    }

    /**
     * Puts the schema's name into a statement.
     *
     * @param statement SQL in which <code>{schema}</code> stands for the name
     * @return the SQL to run
     */
    public String sql(String statement) {
        return statement.replace(TOKEN, name);
    }
}
