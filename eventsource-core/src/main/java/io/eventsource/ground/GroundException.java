package io.eventsource.ground;

import io.eventsource.EventSourceException;
import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** The database would lose events or their order silently. Nothing has been started. */
public final class GroundException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<Finding> findings;

    GroundException(List<Finding> findings) {
        super("The event store cannot run on this database. %s"
                .formatted(findings.stream().map(Finding::describe).collect(Collectors.joining(" "))));
        this.findings = List.copyOf(findings);
    }

    /**
     * What was found.
     *
     * @return at least one finding, each of {@link Severity#REFUSE}; empty after deserialization
     */
    public List<Finding> findings() {
        return findings == null ? List.of() : findings;
    }
}
