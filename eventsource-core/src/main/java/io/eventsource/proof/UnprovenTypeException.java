package io.eventsource.proof;

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
}
