package io.eventsource.autoconfigure.store;

import io.eventsource.schema.EventSourceSchema;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether the library is used, and where its tables are.
 *
 * @param enabled Whether the library configures anything at all.
 * @param schema Database schema that holds the library's tables, a lower-case SQL identifier.
 * @param migration How the library's tables are made.
 * @param packages Packages that are searched for events, aggregates and projections, besides those in which Spring looks for beans.
 * @param verify Whether the application only decodes all stored events, logs which it cannot read, and ends with exit code 0
 *     or 1.
 */
@ConfigurationProperties("eventsource")
public record EventSourceProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("eventsource") String schema,
        @DefaultValue Migration migration,
        @DefaultValue List<String> packages,
        @DefaultValue("false") boolean verify) {

    /** Checks the name of the schema. */
    public EventSourceProperties {
        new EventSourceSchema(schema);
        packages = List.copyOf(packages);
    }

    /**
     * How the library's tables are made.
     *
     * @param enabled Whether the library's migrations run when the application starts, before the application's own.
     */
    public record Migration(@DefaultValue("true") boolean enabled) {}
}
