package io.eventsource.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LogSignalTests {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final LogSignal signal = new LogSignal();

    @Test
    void a_signal_raised_before_the_wait_is_kept() {
        signal.raise();
        signal.raise();
        assertThat(waiting(LONG)).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void a_signal_wakes_the_waiting_reader() {
        CompletableFuture<Void> waiting = waiting(LONG);
        signal.raise();
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void signals_are_taken_back_by_the_wait() {
        signal.raise();
        signal.raise();
        assertThat(waiting(LONG)).succeedsWithin(Duration.ofSeconds(5));
        CompletableFuture<Void> second = waiting(LONG);
        assertThatCode(() -> second.get(50, java.util.concurrent.TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        signal.raise();
    }

    @Test
    void without_a_signal_the_wait_ends_in_time() {
        assertThat(waiting(Duration.ofMillis(10))).succeedsWithin(Duration.ofSeconds(5));
    }

    private CompletableFuture<Void> waiting(Duration timeout) {
        return CompletableFuture.runAsync(() -> {
            try {
                signal.await(timeout);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
