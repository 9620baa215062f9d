package io.eventsource.autoconfigure.lifecycle;

import io.eventsource.failure.FailureText;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work that goes on in spite of failures: the first one is a warning, and the first success behind it is told. Used by one thread. */
public final class RecurringWork implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(RecurringWork.class);

    private final String description;
    private final Supplier<@Nullable Throwable> work;
    private boolean failing;

    /**
     * Work to repeat.
     *
     * @param description what it does, as the beginning of a sentence
     * @param work does it, and says or throws what it has failed by
     */
    public RecurringWork(String description, Supplier<@Nullable Throwable> work) {
        this.description = description;
        this.work = work;
    }

    @Override
    public void run() {
        Throwable failure;
        try {
            failure = work.get();
        } catch (RuntimeException | Error thrown) {
            // an error too: whoever schedules this ends it for ever when something is thrown
            failure = thrown;
        }
        tell(failure);
    }

    private void tell(@Nullable Throwable failure) {
        if (failure == null && failing) {
            log.info("{} works again", description);
        } else if (failure != null && failing) {
            log.debug("{} failed again", description, FailureText.trace(failure));
        } else if (failure != null) {
            log.warn("{} failed and is tried again", description, FailureText.trace(failure));
        }
        failing = failure != null;
    }
}
