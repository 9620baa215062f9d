package io.eventsource.autoconfigure.inbox;

import io.eventsource.autoconfigure.inbox.InboxFeeds.Fed;
import io.eventsource.autoconfigure.lifecycle.LifecyclePhase;
import io.eventsource.inbox.InboxFeed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Reads feeds while the application runs, in the phase of the subscriptions. All of them together have the drain timeout to end. */
final class InboxLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(InboxLifecycle.class);

    private final InboxFeeds feeds;
    private final Duration drainTimeout;
    private final ThreadFactory threads;
    private volatile boolean running;

    InboxLifecycle(InboxFeeds feeds, Duration drainTimeout, ThreadFactory threads) {
        this.feeds = feeds;
        this.drainTimeout = drainTimeout;
        this.threads = threads;
    }

    @Override
    public void start() {
        feeds.all().stream()
                .filter(Fed::autoStartup)
                .flatMap(each -> each.readers().stream())
                .forEach(InboxFeed::start);
        running = true;
    }

    @Override
    public void stop() {
        List<InboxFeed> readers =
                feeds.all().stream().flatMap(each -> each.readers().stream()).toList();
        if (!readers.isEmpty()) {
            stopTogether(readers);
        }
        running = false;
    }

    private void stopTogether(List<InboxFeed> readers) {
        ExecutorService stopping = Executors.newFixedThreadPool(readers.size(), threads);
        try {
            List<CompletableFuture<Boolean>> ends = readers.stream()
                    .map(reader -> CompletableFuture.supplyAsync(() -> reader.stop(drainTimeout), stopping))
                    .toList();
            long interrupted = ends.stream()
                    .filter(end -> !Boolean.TRUE.equals(end.join()))
                    .count();
            if (interrupted > 0) {
                log.warn(
                        "{} of {} feeds had to be interrupted after {}; what they were handling is delivered again",
                        interrupted,
                        readers.size(),
                        drainTimeout);
            }
        } finally {
            stopping.shutdown();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return LifecyclePhase.SUBSCRIPTIONS.value();
    }
}
