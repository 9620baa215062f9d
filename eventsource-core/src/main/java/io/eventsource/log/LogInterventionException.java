package io.eventsource.log;

import io.eventsource.EventSourceException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A transaction that holds back the log was not ended. The attempt is recorded. */
public final class LogInterventionException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient LogIntervention intervention;

    LogInterventionException(String message, LogIntervention intervention, @Nullable Throwable cause) {
        super(message, cause);
        this.intervention = intervention;
    }

    /**
     * The attempt.
     *
     * @return as it was recorded; its outcome is gone or failed
     */
    public LogIntervention intervention() {
        return intervention;
    }
}
