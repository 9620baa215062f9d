package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/** What the queue does when what is behind it fails. */
class AppendCoalescerTests {

    private static final AppendOutcome DONE = new AppendOutcome("appended", 1, null, 1, 1);

    /** Fails its first group. */
    private static final class Failing implements AppendCoalescer.Port {

        private @Nullable Throwable failure;
        private int alone;

        Failing(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public List<@Nullable AppendOutcome> appendGroup(List<EncodedAppend> group) {
            Throwable thrown = failure;
            failure = null;
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof RuntimeException runtime) {
                throw runtime;
            }
            return Collections.nCopies(group.size(), DONE);
        }

        @Override
        public AppendOutcome appendAlone(EncodedAppend append) {
            alone++;
            return DONE;
        }
    }

    private static EncodedAppend append() {
        return EncodedAppend.of(
                StreamAppend.to("account", UUID.randomUUID(), new Deposited(1)),
                TestEvents.codec(),
                Clock.systemUTC(),
                UUID::randomUUID);
    }

    @Test
    void an_error_reaches_its_caller_and_the_queue_goes_on() {
        AppendCoalescer coalescer = new AppendCoalescer(new Failing(new OutOfMemoryError("group")), Runnable::run);

        assertThatThrownBy(() -> coalescer.append(append())).isInstanceOf(OutOfMemoryError.class);

        assertThat(coalescer.append(append())).isEqualTo(DONE);
    }

    @Test
    void a_failed_group_is_taken_apart() {
        Failing port = new Failing(new IllegalStateException("group"));
        AppendCoalescer coalescer = new AppendCoalescer(port, Runnable::run);

        assertThat(coalescer.append(append())).isEqualTo(DONE);

        assertThat(port.alone).isEqualTo(1);
    }

    @Test
    void without_a_connection_nothing_is_tried_again() {
        Failing port = new Failing(new CannotGetJdbcConnectionException("down"));
        AppendCoalescer coalescer = new AppendCoalescer(port, Runnable::run);

        assertThatThrownBy(() -> coalescer.append(append())).isInstanceOf(CannotGetJdbcConnectionException.class);

        assertThat(port.alone).isZero();
    }

    @Test
    void an_asynchronous_append_is_answered_when_the_executor_takes_no_more_tasks() {
        Failing port = new Failing(new IllegalStateException("group"));
        AppendCoalescer coalescer = new AppendCoalescer(port, task -> {
            throw new RejectedExecutionException("stopped");
        });

        assertThat(coalescer.appendAsync(append())).isCompletedWithValue(DONE);
        assertThat(coalescer.appendAsync(append())).isCompletedWithValue(DONE);
    }

    @Test
    void an_asynchronous_append_hears_of_an_error() {
        AppendCoalescer coalescer = new AppendCoalescer(new Failing(new OutOfMemoryError("group")), Runnable::run);

        assertThatThrownBy(() -> coalescer.appendAsync(append()).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(OutOfMemoryError.class);
    }
}
