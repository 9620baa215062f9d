package io.eventsource.payload;

import io.eventsource.EventSourceException;
import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Values of some classes may not come back from JSON as they were, so none is stored. It is thrown at start, for all classes
 * at once.
 */
public final class UnprovenTypeException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<TypeFinding> findings;

    /**
     * Creates an exception.
     *
     * @param findings what was found, at least one
     */
    public UnprovenTypeException(List<TypeFinding> findings) {
        super("What is stored could not be read back as it was:\n"
                + findings.stream().map(finding -> "- " + finding).collect(Collectors.joining("\n")));
        this.findings = List.copyOf(findings);
    }

    /**
     * What was found.
     *
     * @return the findings, in the order of classes and components
     */
    public List<TypeFinding> findings() {
        return findings;
    }

    /**
     * Why values of a class may not come back from JSON as they were.
     *
     * @param type the class that was to be proven: an event, or a state that has snapshots
     * @param component where in it, such as {@code lines[].price}; empty for the class itself
     * @param reason what is wrong
     * @param remedy what to do
     */
    public record TypeFinding(Class<?> type, String component, String reason, String remedy) {

        /** As a sentence with class, component, reason and remedy. */
        @Override
        public String toString() {
            String place = component.isEmpty() ? type.getName() : type.getName() + ", " + component;
            return "%s: %s. %s.".formatted(place, reason, remedy);
        }
    }
}
