package io.eventsource.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;

/** What the meters of subscriptions and dead letters say while things go wrong, and afterwards. */
class SubscriptionMetricsIT {

    private final TestDatabase database = TestDatabase.create();
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static void append(BeanFactory context) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
    }

    private Search meter(String name, String... tags) {
        return registry.find("eventsource." + name).tags(tags);
    }

    private double gauge(String name, String... tags) {
        return Objects.requireNonNull(meter(name, tags).gauge()).value();
    }

    private double counter(String name, String... tags) {
        return Objects.requireNonNull(meter("subscription." + name, tags).functionCounter())
                .count();
    }

    @Test
    void they_say_how_far_it_is_what_it_has_done_and_what_has_failed() {
        Semaphore permits = new Semaphore(0);
        AtomicBoolean failing = new AtomicBoolean();
        Runners.on(database)
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.retry.max-retries=1",
                        "eventsource.subscriptions.defaults.retry.delay=10ms",
                        "eventsource.subscriptions.defaults.segments.count=2")
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            permits.acquireUninterruptibly();
                            if (failing.get()) {
                                throw new IllegalStateException("told to fail");
                            }
                        }))
                .run(context -> {
                    context.getBeanProvider(MeterBinder.class).forEach(each -> each.bindTo(registry));
                    await().until(() -> gauge("subscription.segments", "owner", "here") == 2);
                    assertThat(gauge("subscription.segments", "owner", "nobody"))
                            .isZero();
                    assertThat(counter("segment.changes", "change", "claimed")).isEqualTo(2);

                    append(context);
                    await().until(() -> gauge("subscription.lag") == 1);
                    await().until(() -> gauge("subscription.lag.time") > 0.1);
                    permits.release();
                    await().until(() -> gauge("subscription.lag") == 0);
                    assertThat(gauge("subscription.lag.time")).isZero();
                    assertThat(counter("events")).isOne();
                    assertThat(Objects.requireNonNull(
                                    meter("subscription.batches").functionTimer()))
                            .satisfies(batches -> {
                                assertThat(batches.count()).isOne();
                                assertThat(batches.totalTime(TimeUnit.MILLISECONDS))
                                        .isGreaterThan(100);
                            });
                    await().until(() -> gauge("subscription.state", "state", "live") == 1);
                    assertThat(gauge("subscription.state", "state", "halted")).isZero();
                    assertThat(gauge("subscription.rebuilt")).isOne();

                    failing.set(true);
                    permits.release(10);
                    append(context);
                    await().until(() -> counter("parked") == 1);
                    assertThat(counter("failures")).isEqualTo(2);
                    assertThat(counter("retries")).isOne();

                    assertThat(gauge("lease.renewed")).isOne();
                    assertThat(gauge("log.high.water.mark.age")).isBetween(0.0, 5.0);
                });
    }

    @Test
    void dead_letters_are_counted_by_status_and_not_while_the_queue_cannot_be_read() {
        Runners.on(database)
                .withPropertyValues("eventsource.subscriptions.defaults.retry.max-retries=0")
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            throw new IllegalStateException("told to fail");
                        }))
                .run(context -> {
                    DeadLetterMetrics metrics = context.getBean(DeadLetterMetrics.class);
                    metrics.bindTo(registry);
                    metrics.stop();
                    metrics.start();
                    await().until(() -> gauge("deadletters", "status", "failed") == 0);
                    append(context);
                    await().until(() -> database.count("SELECT count(*) FROM eventsource.dead_letter_queue") == 1);

                    metrics.stop();
                    metrics.start();
                    await().until(() -> gauge("deadletters", "status", "failed") == 1);
                    assertThat(gauge("deadletters", "status", "waiting")).isZero();

                    database.jdbc().execute("ALTER TABLE eventsource.dead_letter_queue RENAME TO hidden");
                    metrics.stop();
                    metrics.start();
                    await().until(() -> Double.isNaN(gauge("deadletters", "status", "failed")));
                    database.jdbc().execute("ALTER TABLE eventsource.hidden RENAME TO dead_letter_queue");
                });
    }
}
