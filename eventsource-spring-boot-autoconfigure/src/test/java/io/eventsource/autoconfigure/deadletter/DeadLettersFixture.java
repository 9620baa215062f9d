package io.eventsource.autoconfigure.deadletter;

import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What tests of dead letters share: an application whose handler fails as long as it is told to. */
abstract class DeadLettersFixture {

    static final String OPEN =
            "SELECT count(*) FROM eventsource.dead_letter_queue WHERE status IN ('failed', 'waiting', 'retrying')";
    final TestDatabase database = TestDatabase.migrated();
    final AtomicBoolean failing = new AtomicBoolean(true);
    final List<Object> handled = new CopyOnWriteArrayList<>();
    final AtomicInteger attempts = new AtomicInteger();
    final ApplicationContextRunner bare = Runners.on(database)
            .withPropertyValues(
                    "eventsource.subscriptions.defaults.retry.max-retries=0",
                    "eventsource.subscriptions.defaults.retry.delay=20ms");
    final ApplicationContextRunner application = bare.withBean(
            EventHandlers.class,
            () -> new Handlers("deposits", event -> {
                attempts.incrementAndGet();
                if (failing.get()) {
                    throw new IllegalStateException("told to fail");
                }
                handled.add(event.payload());
            }));

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    static ConditionFactory soon() {
        return await().pollInterval(Duration.ofMillis(20));
    }

    static void append(BeanFactory context, int count) {
        for (int i = 0; i < count; i++) {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
        }
    }

    /** Parks the events of so many aggregates. */
    void park(BeanFactory context, int count) {
        append(context, count);
        soon().until(() -> database.count(OPEN) == count);
    }

    static void markAll(BeanFactory context) {
        DeadLetterRepository letters = context.getBean(DeadLetterRepository.class);
        letters.list(DeadLetterRepository.Filter.OPEN, 0, 100).forEach(each -> letters.markRetrying(each.id()));
    }
}
