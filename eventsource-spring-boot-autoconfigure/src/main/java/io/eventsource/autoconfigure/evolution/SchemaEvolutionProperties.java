package io.eventsource.autoconfigure.evolution;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How stored events of other revisions are looked after.
 *
 * @param report How much of the store is looked at after the start to report types and revisions that cannot be read.
 */
@ConfigurationProperties("eventsource.schema-evolution")
public record SchemaEvolutionProperties(@DefaultValue("sampled") ReportScope report) {

    /** How much of the store is looked at. */
    public enum ReportScope {
        /** Nothing. */
        OFF,
        /** A sample of bounded size; all of a small store. */
        SAMPLED,
        /** All events. */
        FULL
    }
}
