package io.eventsource.schema;

import io.eventsource.EventSourceException;
import java.io.Serial;

/** The tables were made, or changed, by a later version of the library than this one. */
public final class NewerSchemaException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final int installedVersion;
    private final int knownVersion;

    /**
     * Creates an exception.
     *
     * @param schema where the tables are
     * @param installedVersion the version of the tables
     * @param knownVersion the version that this library knows
     */
    public NewerSchemaException(EventSourceSchema schema, int installedVersion, int knownVersion) {
        super(
                "The tables in the schema '%s' are of version %d, and this library knows version %d. Migrations go forward only: use the version of the library that made them, or a later one."
                        .formatted(schema.name(), installedVersion, knownVersion));
        this.installedVersion = installedVersion;
        this.knownVersion = knownVersion;
    }

    /**
     * The version of the tables.
     *
     * @return the highest version in the migration history
     */
    public int installedVersion() {
        return installedVersion;
    }

    /**
     * The version that this library knows.
     *
     * @return the highest version among its migrations
     */
    public int knownVersion() {
        return knownVersion;
    }
}
