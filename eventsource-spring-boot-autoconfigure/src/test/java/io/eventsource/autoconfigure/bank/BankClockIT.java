package io.eventsource.autoconfigure.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.bank.AccountEvent.Deposited;
import io.eventsource.autoconfigure.bank.AccountEvent.Opened;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.error.ErrorListeners;
import io.eventsource.event.EventEnvelope;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamQuery;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus.State;
import io.eventsource.test.scenario.Scenario;
import io.eventsource.test.slice.EventSourceTest;
import io.eventsource.test.time.TestClock;
import io.eventsource.test.time.WithTestClock;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@WithTestClock
@EventSourceTest(
        properties = {
            "spring.flyway.locations=classpath:db/bank",
            "spring.liquibase.enabled=false",
            "eventsource.subscriptions.defaults.retry.delay=10m",
            "eventsource.subscriptions.defaults.retry.max-delay=1h"
        })
class BankClockIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Autowired
    private TestClock clock;

    @Autowired
    private Scenario scenario;

    @Autowired
    private SubscriptionManager subscriptions;

    @Autowired
    private DeadLetterRepository deadLetters;

    @Autowired
    private EventStore store;

    private final UUID id = UUID.randomUUID();

    private long errors() {
        ErrorListeners.Statistics statistics = subscriptions.errors().statistics();
        return statistics.total().errors();
    }

    @Test
    void retries_wait_for_the_clock_that_the_test_moves() {
        scenario.publish("BankAccount", id, new Opened("ada"), new Deposited(666));
        await().atMost(PATIENCE)
                .until(() -> subscriptions.status("bank-balances").orElseThrow().state() == State.RETRYING);
        long before = errors();

        clock.advance(Duration.ofMinutes(5));
        assertThat(errors()).isEqualTo(before);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            clock.advance(Duration.ofHours(1));
            return deadLetters.list(DeadLetterRepository.Filter.OPEN, 0, 10).stream()
                    .anyMatch(letter -> letter.event().aggregateId().equals(id));
        });
    }

    @Test
    void events_bear_the_time_of_the_clock() {
        scenario.publish("BankAccount", id, new Opened("ada"));

        EventEnvelope<Object> opened = store.readStream(StreamQuery.of(id)).get(0);
        assertThat(opened.timestamp()).isBeforeOrEqualTo(clock.now());
        assertThat(Duration.between(opened.timestamp(), clock.now())).isLessThan(Duration.ofDays(2));
    }
}
