package io.eventsource.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.SettableTime;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.time.Clocks;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.dao.DataIntegrityViolationException;

/** How long an error counts. */
class ErrorWindowIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final SettableTime time = new SettableTime();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static void append(BeanFactory context, int events) {
        for (int i = 0; i < events; i++) {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
        }
    }

    private static void awaitHealth(BeanFactory context, String status, int errors) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Health health = context.getBean(SubscriptionsHealth.class).health("deposits");
            assertThat(health.getStatus().getCode()).as("%s", health).isEqualTo(status);
            assertThat(health.getDetails()).containsEntry("errorsInWindow", errors);
        });
    }

    @Test
    void errors_count_as_long_as_the_configured_window() {
        Runners.on(database)
                .withBean("settable", Clocks.class, time::clocks)
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            throw new DataIntegrityViolationException("never");
                        }))
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.batch.size=1",
                        "eventsource.health.errors.window=30s",
                        "eventsource.health.errors.quiet=1h",
                        "eventsource.health.errors.per-minute=0",
                        "eventsource.health.errors.degraded=2",
                        "eventsource.health.errors.down=4")
                .run(context -> {
                    append(context, 2);
                    awaitHealth(context, "DEGRADED", 2);
                    time.pass(Duration.ofSeconds(20));
                    append(context, 2);
                    awaitHealth(context, "DOWN", 4);
                    // the first two are too old, the others are not
                    time.pass(Duration.ofSeconds(20));
                    awaitHealth(context, "DEGRADED", 2);
                    time.pass(Duration.ofSeconds(20));
                    awaitHealth(context, "UP", 0);
                });
    }
}
