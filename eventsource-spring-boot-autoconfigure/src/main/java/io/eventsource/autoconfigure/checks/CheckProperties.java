package io.eventsource.autoconfigure.checks;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What stops the start of an application although nothing would fail.
 *
 * @param unknownProperties What becomes of properties below eventsource that do not exist.
 * @param unusedClasses What becomes of projections and aggregates that nobody would use: no bean, or without their annotation.
 */
@ConfigurationProperties("eventsource.checks")
public record CheckProperties(
        @DefaultValue("fail") Reaction unknownProperties, @DefaultValue("fail") Reaction unusedClasses) {

    /** What becomes of a finding. */
    public enum Reaction {
        /** It stops the start. */
        FAIL,
        /** It is logged as a warning. */
        WARN
    }
}
