package io.eventsource.inbox;

import java.time.Duration;

/** Feeds an {@link InboxConsumer} from a broker, in a thread of its own. Thread-safe. */
public interface InboxFeed {

    /**
     * The consumer's name.
     *
     * @return the name
     */
    String name();

    /** Begins to read. The broker need not be there yet. Does nothing when it is running. */
    void start();

    /**
     * Lets the messages that are being handled commit and be acknowledged, and reads no more. What is not finished in time is
     * interrupted, rolled back and delivered again at the next start.
     *
     * @param timeout how long to wait before interrupting
     * @return whether it ended without being interrupted
     */
    boolean stop(Duration timeout);

    /**
     * What this feed does.
     *
     * @return whether it runs, what fails, and what its lanes do
     */
    InboxFeedStatus status();
}
