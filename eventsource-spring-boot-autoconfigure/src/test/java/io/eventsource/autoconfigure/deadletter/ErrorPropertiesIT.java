package io.eventsource.autoconfigure.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.Projection;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessResourceFailureException;

/** What each property of errors and of their retries does. */
class ErrorPropertiesIT extends DeadLettersFixture {

    @ParameterizedTest
    @CsvSource({"0, 1", "2, 3"})
    void max_retries_is_how_often_an_event_is_tried_again_before_it_is_parked(int maxRetries, int expected) {
        application
                .withPropertyValues("eventsource.subscriptions.defaults.retry.max-retries=" + maxRetries)
                .run(context -> {
                    park(context, 1);

                    assertThat(attempts).hasValue(expected);
                    assertThat(database.count("SELECT retry_count FROM eventsource.dead_letter_queue"))
                            .isEqualTo(maxRetries);
                });
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1000", "5, 1100, 9000"})
    void the_retry_multiplier_is_how_much_longer_each_pause_is(int multiplier, long atLeast, long atMost) {
        List<Long> times = new CopyOnWriteArrayList<>();
        bare.withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            times.add(System.nanoTime());
                            throw new IllegalStateException("told to fail");
                        }))
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.retry.max-retries=2",
                        "eventsource.subscriptions.defaults.retry.delay=300ms",
                        "eventsource.subscriptions.defaults.retry.multiplier=" + multiplier)
                .run(context -> {
                    park(context, 1);

                    assertThat(TimeUnit.NANOSECONDS.toMillis(times.get(2) - times.get(1)))
                            .isBetween(atLeast, atMost);
                });
    }

    @Test
    void without_continue_on_error_it_stops_at_the_event_until_it_is_resumed() {
        application
                .withPropertyValues("eventsource.subscriptions.defaults.dead-letter.enabled=false")
                .run(context -> {
                    SubscriptionManager manager = context.getBean(SubscriptionManager.class);
                    append(context, 1);
                    soon().until(() ->
                            manager.status("deposits").orElseThrow().state() == SubscriptionStatus.State.HALTED);
                    assertThat(database.count(OPEN)).isZero();

                    failing.set(false);
                    manager.resume("deposits");

                    soon().until(() -> handled.size() == 1);
                });
    }

    @Test
    void the_circuit_breaker_opens_after_its_threshold_for_a_time_that_doubles() {
        List<Long> times = new CopyOnWriteArrayList<>();
        bare.withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            times.add(System.nanoTime());
                            throw new DataAccessResourceFailureException("told to be away");
                        }))
                .withPropertyValues(
                        "eventsource.subscriptions.defaults.retry.delay=1ms",
                        "eventsource.subscriptions.defaults.retry.multiplier=1",
                        "eventsource.subscriptions.defaults.circuit-breaker.failure-threshold=3",
                        "eventsource.subscriptions.defaults.circuit-breaker.open-for=1500ms",
                        "eventsource.subscriptions.defaults.circuit-breaker.max-open-for=2s")
                .run(context -> {
                    append(context, 1);
                    soon().until(() -> times.size() >= 5);

                    assertThat(pause(times, 1)).isLessThan(Duration.ofMillis(1_400));
                    assertThat(pause(times, 2)).isLessThan(Duration.ofMillis(1_400));
                    assertThat(pause(times, 3)).isBetween(Duration.ofMillis(1_500), Duration.ofMillis(2_900));
                    assertThat(pause(times, 4)).isBetween(Duration.ofMillis(2_000), Duration.ofMillis(2_900));
                });
    }

    private static Duration pause(List<Long> times, int before) {
        return Duration.ofNanos(times.get(before) - times.get(before - 1));
    }

    @ParameterizedTest
    @CsvSource({"by-aggregate, 1, 1", "none, 0, 2"})
    void the_dead_letter_order_says_what_happens_to_later_events_of_the_aggregate(
            String order, long waiting, int tried) {
        UUID account = UUID.randomUUID();
        application
                .withPropertyValues("eventsource.subscriptions.defaults.dead-letter.order=" + order)
                .run(context -> {
                    EventStore store = context.getBean(EventStore.class);
                    store.append(StreamAppend.to("Account", account, new Deposited(1)));
                    soon().until(() -> database.count(OPEN) == 1);
                    failing.set(false);
                    store.append(StreamAppend.to("Account", account, new Deposited(2)));
                    assertThat(context.getBean(SubscriptionManager.class)
                                    .awaitCurrent("deposits", Duration.ofSeconds(10)))
                            .isTrue();

                    assertThat(attempts).hasValue(tried);
                    assertThat(context.getBean(DeadLetterRepository.class)
                                    .list(
                                            DeadLetterRepository.Filter.ALL.withStatuses(DeadLetter.Status.WAITING),
                                            0,
                                            10))
                            .hasSize((int) waiting);
                });
    }

    @Test
    void retries_by_name_go_before_the_projections_own_and_these_before_those_of_all() {
        assertThat(attemptsOfThrice()).isEqualTo(4);
        assertThat(attemptsOfThrice("eventsource.subscriptions.named.thrice.batch.size=7"))
                .isEqualTo(4);
        assertThat(attemptsOfThrice("eventsource.subscriptions.named.thrice.retry.max-retries=1"))
                .isEqualTo(2);
    }

    private int attemptsOfThrice(String... properties) {
        Thrice thrice = new Thrice();
        bare.withBean(Thrice.class, () -> thrice)
                .withPropertyValues("eventsource.subscriptions.defaults.retry.multiplier=1")
                .withPropertyValues(properties)
                .run(context -> {
                    long open = database.count(OPEN);
                    append(context, 1);
                    soon().until(() -> database.count(OPEN) > open);
                });
        return thrice.times.size();
    }

    @Test
    void the_projections_own_retry_delay_holds_unless_there_is_one_by_name() {
        assertThat(firstPauseOfThrice()).isGreaterThanOrEqualTo(Duration.ofMillis(800));
        assertThat(firstPauseOfThrice("eventsource.subscriptions.named.thrice.retry.delay=1ms"))
                .isLessThan(Duration.ofMillis(800));
    }

    private Duration firstPauseOfThrice(String... properties) {
        Thrice thrice = new Thrice();
        bare.withBean(Thrice.class, () -> thrice)
                .withPropertyValues("eventsource.subscriptions.defaults.retry.multiplier=1")
                .withPropertyValues(properties)
                .run(context -> {
                    append(context, 1);
                    soon().until(() -> thrice.times.size() >= 2);
                });
        return Duration.ofNanos(thrice.times.get(1) - thrice.times.get(0));
    }

    @Projection(value = "thrice", maxRetries = 3, retryDelay = "800ms")
    static final class Thrice {

        private final List<Long> times = new CopyOnWriteArrayList<>();

        @EventHandler
        void on(Deposited deposited) {
            times.add(System.nanoTime());
            throw new IllegalStateException("told to fail");
        }
    }
}
