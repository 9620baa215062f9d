package io.eventsource.autoconfigure.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.externalized.ExternalizingApplication;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventEnvelope;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;

/** Events that reach {@code @EventListener} methods of a running application. */
class SpringDestinationIT {

    private final TestDatabase database = TestDatabase.create();
    private final Heard heard = new Heard();

    private final ApplicationContextRunner application = Runners.on(database)
            .withBean(Listening.class)
            .withBean(Heard.class, () -> heard)
            .withPropertyValues(
                    "spring.application.name=bank",
                    "eventsource.subscriptions.defaults.retry.delay=10ms",
                    "eventsource.outbox.destinations.listeners.transport=spring",
                    "eventsource.outbox.destinations.listeners.events=deposited");

    SpringDestinationIT() {
        database.jdbc().execute("CREATE TABLE heard (amount bigint NOT NULL)");
    }

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    /** What a test asks of listeners and learns from them. */
    static final class Heard {

        final List<Long> calls = new CopyOnWriteArrayList<>();
        final AtomicInteger failures = new AtomicInteger();
        volatile CountDownLatch hanging = new CountDownLatch(0);
    }

    static final class Listening {

        private final JdbcTemplate jdbc;
        private final Heard heard;

        Listening(JdbcTemplate jdbc, Heard heard) {
            this.jdbc = jdbc;
            this.heard = heard;
        }

        @EventListener
        void on(Deposited event) throws InterruptedException {
            jdbc.update("INSERT INTO heard VALUES (?)", event.amount());
            heard.calls.add(event.amount());
            heard.hanging.await();
        }

        @EventListener
        void on(EventEnvelope<Deposited> event) {
            if (heard.failures.getAndDecrement() > 0) {
                throw new IllegalStateException("not yet");
            }
        }
    }

    private static void deposit(EventStore store, long amount) {
        store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount)));
    }

    private List<Long> effects() {
        return database.jdbc().queryForList("SELECT amount FROM heard ORDER BY amount", Long.class);
    }

    @Test
    void a_listener_that_throws_is_called_again_and_what_it_wrote_before_is_undone() {
        heard.failures.set(2);
        application.run(context -> {
            deposit(context.getBean(EventStore.class), 1);

            await().until(() -> !effects().isEmpty());
            assertThat(effects()).containsExactly(1L);
            assertThat(heard.calls).containsExactly(1L, 1L, 1L);
        });
    }

    @Test
    void what_an_application_has_not_finished_reaches_listeners_of_the_next_once() {
        heard.hanging = new CountDownLatch(1);
        application.withPropertyValues("eventsource.shutdown.drain-timeout=0s").run(context -> {
            deposit(context.getBean(EventStore.class), 1);
            await().until(() -> !heard.calls.isEmpty());
            // interrupted in the middle of its transaction
        });
        assertThat(effects()).isEmpty();

        heard.hanging = new CountDownLatch(0);
        application.run(context -> await().until(() -> !effects().isEmpty()));
        application.run(context -> {
            deposit(context.getBean(EventStore.class), 2);
            await().until(() -> effects().contains(2L));
        });
        assertThat(effects()).containsExactly(1L, 2L);
    }

    @Test
    void what_listeners_cannot_have_is_refused() {
        application
                .withPropertyValues("eventsource.outbox.destinations.listeners.topic=somewhere")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(
                                "Remove source, topic and headers in eventsource.outbox.destinations.listeners.*"));
        application
                .withUserConfiguration(ExternalizingApplication.class)
                .withPropertyValues("eventsource.outbox.transport=spring")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(
                                "The destination 'warehouse' has the transport spring, which makes no messages"));
    }
}
