package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/** What the queue does when what is behind it fails. */
class GroupCommitTests {

    private static final AppendOutcome DONE = new AppendOutcome("appended", 1, null, 1, 1);

    /** Fails its first group. */
    private static final class Failing implements GroupCommit.Port {

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

    private static EncodedAppend append(UUID stream, int events) {
        return EncodedAppend.of(
                StreamAppend.to("account", stream, Collections.nCopies(events, new Deposited(1))),
                TestEvents.codec(),
                Clock.systemUTC(),
                UUID::randomUUID);
    }

    /** Keeps each group until it is told to end it. */
    private static final class Holding implements GroupCommit.Port {

        private final BlockingQueue<List<UUID>> begun = new LinkedBlockingQueue<>();
        private final Semaphore ends = new Semaphore(0);

        @Override
        public List<@Nullable AppendOutcome> appendGroup(List<EncodedAppend> group) {
            begun.add(group.stream().map(each -> each.append().aggregateId()).toList());
            ends.acquireUninterruptibly();
            return Collections.nCopies(group.size(), DONE);
        }

        @Override
        public AppendOutcome appendAlone(EncodedAppend append) {
            throw new AssertionError("every append was done in its group");
        }
    }

    @Test
    void many_queued_events_run_beside_the_group_under_way_but_never_two_appends_to_one_stream() throws Exception {
        Holding port = new Holding();
        ExecutorService executor = Executors.newCachedThreadPool();
        try {
            GroupCommit groupCommit = new GroupCommit(port, executor);
            UUID a = UUID.randomUUID();
            UUID b = UUID.randomUUID();
            List<CompletableFuture<AppendOutcome>> answers = new ArrayList<>();

            answers.add(groupCommit.appendAsync(append(a, 1)));
            assertThat(port.begun.poll(10, TimeUnit.SECONDS)).containsExactly(a);
            answers.add(groupCommit.appendAsync(append(a, AppendQueue.EVENTS_OF_SECOND_GROUP - 2)));
            answers.add(groupCommit.appendAsync(append(b, 1)));
            assertThat(port.begun).isEmpty();
            answers.add(groupCommit.appendAsync(append(b, 1)));
            assertThat(port.begun.poll(10, TimeUnit.SECONDS)).containsExactly(b);

            port.ends.release(4);
            answers.forEach(CompletableFuture::join);
            assertThat(port.begun.stream().flatMap(List::stream)).containsExactlyInAnyOrder(a, b);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void an_error_reaches_its_caller_and_the_queue_goes_on() {
        GroupCommit groupCommit = new GroupCommit(new Failing(new OutOfMemoryError("group")), Runnable::run);

        assertThatThrownBy(() -> groupCommit.append(append())).isInstanceOf(OutOfMemoryError.class);

        assertThat(groupCommit.append(append())).isEqualTo(DONE);
    }

    @Test
    void a_failed_group_is_taken_apart() {
        Failing port = new Failing(new IllegalStateException("group"));
        GroupCommit groupCommit = new GroupCommit(port, Runnable::run);

        assertThat(groupCommit.append(append())).isEqualTo(DONE);

        assertThat(port.alone).isEqualTo(1);
    }

    @Test
    void without_a_connection_nothing_is_tried_again() {
        Failing port = new Failing(new CannotGetJdbcConnectionException("down"));
        GroupCommit groupCommit = new GroupCommit(port, Runnable::run);

        assertThatThrownBy(() -> groupCommit.append(append())).isInstanceOf(CannotGetJdbcConnectionException.class);

        assertThat(port.alone).isZero();
    }

    @Test
    void an_asynchronous_append_is_answered_when_the_executor_takes_no_more_tasks() {
        Failing port = new Failing(new IllegalStateException("group"));
        GroupCommit groupCommit = new GroupCommit(port, task -> {
            throw new RejectedExecutionException("stopped");
        });

        assertThat(groupCommit.appendAsync(append())).isCompletedWithValue(DONE);
        assertThat(groupCommit.appendAsync(append())).isCompletedWithValue(DONE);
    }

    @Test
    void an_asynchronous_append_hears_of_an_error() {
        GroupCommit groupCommit = new GroupCommit(new Failing(new OutOfMemoryError("group")), Runnable::run);

        assertThatThrownBy(() -> groupCommit.appendAsync(append()).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(OutOfMemoryError.class);
    }
}
