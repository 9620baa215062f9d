package io.eventsource.autoconfigure.checks;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.checks.CheckProperties.Reaction;
import java.io.Serial;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** What a check has found, and what becomes of it. */
final class Findings {

    private static final Logger log = LoggerFactory.getLogger(Findings.class);

    private Findings() {}

    /**
     * Stops the start, or warns.
     *
     * @param property chooses which of the two
     * @param what what has been found, as the beginning of a sentence
     * @param findings one for each line
     */
    static void settle(Environment environment, String property, String what, List<String> findings) {
        if (findings.isEmpty()) {
            return;
        }
        if (Binder.get(environment).bind(property, Reaction.class).orElse(Reaction.FAIL) == Reaction.WARN) {
            findings.forEach(each -> log.warn("{}", each));
            return;
        }
        throw new UselessException(property, what, findings);
    }

    /** Something would do nothing. */
    static final class UselessException extends EventSourceException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final String property;

        private UselessException(String property, String what, List<String> findings) {
            super("%s:%n%s"
                    .formatted(
                            what,
                            findings.stream()
                                    .map(each -> "- " + each)
                                    .collect(Collectors.joining(System.lineSeparator()))));
            this.property = property;
        }

        /** How to start nevertheless. */
        String waiver() {
            return "To start nevertheless, with a warning: %s=%s"
                    .formatted(property, Reaction.WARN.name().toLowerCase(Locale.ROOT));
        }
    }
}
