package io.eventsource.schema;

import java.util.regex.Pattern;

/**
 * The database schema that holds the library's tables, and the one place where its name enters SQL.
 *
 * @param name a lower-case identifier of up to 63 characters that needs no quoting
 */
public record EventSourceSchema(String name) {

    private static final Pattern IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    /** The token that stands for the schema's name in the library's SQL. */
    private static final String TOKEN = "{schema}";

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException when the name is no plain lower-case identifier
     */
    public EventSourceSchema {
        if (!IDENTIFIER.matcher(name).matches() || name.startsWith("pg_")) {
            throw new IllegalArgumentException(
                    "eventsource.schema must be a lower-case SQL identifier of letters, digits and underscores that does not start with a digit or 'pg_', but it is '%s'"
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
