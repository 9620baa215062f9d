package io.eventsource.brokers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Rounds of work at a fixed rate in a thread of its own. */
final class Load implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 50;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger rounds = new AtomicInteger();
    private final ScheduledFuture<?> running;

    private Load(IntConsumer round) {
        running = thread.scheduleAtFixedRate(
                () -> {
                    round.accept(rounds.get());
                    rounds.incrementAndGet();
                },
                0,
                INTERVAL_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** The first round has number 0. */
    static Load start(IntConsumer round) {
        return new Load(round);
    }

    /** How many rounds are done. */
    int rounds() {
        return rounds.get();
    }

    /** Ends after the round that is going on; returns how many there were, none of which failed. */
    int end() throws InterruptedException {
        assertThat(running.isDone()).as("a round has failed").isFalse();
        running.cancel(false);
        thread.shutdown();
        assertThat(thread.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        return rounds.get();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
