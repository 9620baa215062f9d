package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.testing.SettableClock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorPolicyTests {

    private final Throwable away = new SQLException("connection", "08006");
    private final Throwable broken = new IllegalStateException("broken");
    private final Throwable bad = new SQLException("bad data", "22P02");

    private final SettableClock clock = new SettableClock();

    private static StoredEvent event(long position) {
        return new StoredEvent(
                new EventHeader(
                        position,
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        "account",
                        1,
                        new EventRevision("deposited", 1),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none()),
                "{}");
    }

    private static SubscriptionSettings settings(int maxRetries, boolean parking) {
        return SubscriptionSettings.builder()
                .retry(new SubscriptionSettings.Retry(maxRetries, Duration.ofSeconds(1), 2, Duration.ofSeconds(5)))
                .deadLetter(new SubscriptionSettings.DeadLetter(parking, ParkingOrder.BY_AGGREGATE))
                .build();
    }

    private SubscriptionCircuitBreaker breaker(SubscriptionSettings settings) {
        return new SubscriptionCircuitBreaker("orders", settings.circuitBreaker(), clock);
    }

    private ErrorPolicy policy(SubscriptionSettings settings) {
        return policy(settings, breaker(settings));
    }

    private ErrorPolicy policy(SubscriptionSettings settings, SubscriptionCircuitBreaker breaker) {
        return new ErrorPolicy("orders", settings, ErrorClassifier.standard(), breaker, clock.clocks());
    }

    @Nested
    class Retrying {

        @Test
        void an_event_is_tried_again_as_often_as_allowed_after_growing_pauses_and_then_parked() {
            ErrorPolicy policy = policy(settings(5, true));
            StoredEvent poison = event(7);
            List<Duration> pauses = new ArrayList<>();
            Instant begin = clock.instant();

            for (int retries = 0; retries < 5; retries++) {
                ErrorInfo error = policy.failed(List.of(poison), broken);
                assertThat(error.retryCount()).isEqualTo(retries);
                assertThat(error.willRetry()).isTrue();
                pauses.add(((ErrorReaction.Retry) error.reaction()).pause());
                clock.advance(Duration.ofSeconds(1));
            }
            ErrorInfo last = policy.failed(List.of(poison), broken);

            assertThat(last.reaction()).isEqualTo(new ErrorReaction.Park());
            assertThat(last.retryCount()).isEqualTo(5);
            assertThat(last.firstOccurredAt()).isEqualTo(begin);
            assertThat(last.occurredAt()).isEqualTo(begin.plusSeconds(5));
            assertThat(last.event()).isEqualTo(ErrorInfo.Event.of(poison));
            assertThat(last.subscription()).isEqualTo("orders");
            long[] bases = {1_000, 2_000, 4_000, 5_000, 5_000};
            for (int i = 0; i < bases.length; i++) {
                assertThat(pauses.get(i).toMillis()).isBetween(bases[i] * 3 / 4 - 1, bases[i] * 5 / 4 + 1);
            }
        }

        @Test
        void the_next_event_begins_anew() {
            ErrorPolicy policy = policy(settings(1, true));
            policy.failed(List.of(event(7)), broken);

            assertThat(policy.failed(List.of(event(8)), broken).retryCount()).isZero();
        }

        @Test
        void an_event_that_succeeds_and_is_handled_once_more_begins_anew() {
            ErrorPolicy policy = policy(settings(1, true));
            policy.failed(List.of(event(7)), broken);
            policy.succeeded(List::of);

            assertThat(policy.failed(List.of(event(7)), broken).willRetry()).isTrue();
        }

        @Test
        void a_permanent_error_is_not_tried_again() {
            assertThat(policy(settings(5, true)).failed(List.of(event(7)), bad).reaction())
                    .isEqualTo(new ErrorReaction.Park());
        }

        @Test
        void without_continuing_the_subscription_stops_at_the_event() {
            ErrorPolicy policy = policy(settings(1, false));
            policy.failed(List.of(event(7)), broken);

            assertThat(policy.failed(List.of(event(7)), broken).reaction()).isEqualTo(new ErrorReaction.Stop());
            assertThat(policy.failed(List.of(event(8)), bad).reaction()).isEqualTo(new ErrorReaction.Stop());
        }

        @Test
        void a_batch_is_repeated_in_parts_at_once_whatever_is_wrong_with_one_of_them() {
            ErrorInfo error = policy(settings(0, true)).failed(List.of(event(7), event(8)), bad);

            assertThat(error.reaction()).isEqualTo(new ErrorReaction.Retry(Duration.ZERO));
            assertThat(error.event()).isNull();
        }

        @Test
        void reading_that_fails_is_tried_again_for_ever() {
            ErrorPolicy policy = policy(settings(0, true));

            for (int i = 0; i < 20; i++) {
                assertThat(policy.failed(List.of(), bad).willRetry()).isTrue();
            }
        }

        @Test
        void a_classifier_that_fails_makes_the_error_unknown() {
            SubscriptionSettings settings = settings(1, true);
            ErrorPolicy policy = new ErrorPolicy(
                    "orders",
                    settings,
                    error -> {
                        throw new IllegalStateException("broken classifier");
                    },
                    breaker(settings),
                    clock.clocks());

            assertThat(policy.failed(List.of(event(7)), bad).category())
                    .isEqualTo(ErrorClassification.Category.UNKNOWN);
        }
    }

    @Nested
    class WhileSomebodySetsTheClock {

        private static final Duration HOUR = Duration.ofHours(1);

        @ParameterizedTest
        @ValueSource(longs = {1, -1})
        void an_open_circuit_lets_a_probe_through_after_its_pause(long hours) {
            SubscriptionSettings settings = settings(5, true);
            SubscriptionCircuitBreaker breaker = breaker(settings);
            ErrorPolicy policy = policy(settings, breaker);
            for (int i = 0; i < 5; i++) {
                policy.failed(List.of(), away);
            }

            clock.set(HOUR.multipliedBy(hours));
            assertThat(breaker.permits()).isFalse();
            assertThat(breaker.pause()).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_001));

            clock.pass(breaker.pause());
            assertThat(breaker.permits()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(longs = {1, -1})
        void an_event_has_failed_for_as_long_as_it_has(long hours) {
            ErrorPolicy policy = policy(settings(5, true));
            policy.failed(List.of(event(7)), broken);
            clock.set(HOUR.multipliedBy(hours));
            clock.pass(Duration.ofSeconds(3));

            ErrorInfo error = policy.failed(List.of(event(7)), broken);

            assertThat(error.occurredAt()).as("shown by the wall clock").isEqualTo(clock.instant());
            assertThat(Duration.between(error.firstOccurredAt(), error.occurredAt()))
                    .isEqualTo(Duration.ofSeconds(3));
        }
    }

    @Nested
    class Breaking {

        @Test
        void infrastructure_never_costs_an_event_an_attempt_and_never_parks_it() {
            ErrorPolicy policy = policy(settings(1, true));
            policy.failed(List.of(event(7)), broken);

            for (int i = 0; i < 50; i++) {
                ErrorInfo error = policy.failed(List.of(event(7)), away);
                assertThat(error.reaction()).isInstanceOf(ErrorReaction.AwaitRecovery.class);
                assertThat(error.retryCount()).isEqualTo(1);
            }
            assertThat(policy.failed(List.of(event(7)), broken).reaction()).isEqualTo(new ErrorReaction.Park());
        }

        @Test
        void after_some_failures_in_a_row_it_opens_lets_one_probe_through_and_closes_when_that_succeeds() {
            SubscriptionSettings settings = settings(5, true);
            SubscriptionCircuitBreaker breaker = breaker(settings);
            ErrorPolicy policy = policy(settings, breaker);

            for (int i = 0; i < 5; i++) {
                assertThat(breaker.permits()).isTrue();
                ErrorReaction.AwaitRecovery reaction = (ErrorReaction.AwaitRecovery)
                        policy.failed(List.of(event(7)), away).reaction();
                assertThat(reaction.open()).isEqualTo(i == 4);
            }
            assertThat(breaker.open()).isTrue();
            assertThat(breaker.permits()).isFalse();
            assertThat(breaker.pause()).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1_001));

            clock.advance(breaker.pause());
            assertThat(breaker.permits()).isTrue();
            assertThat(breaker.permits()).as("one probe at a time").isFalse();
            policy.succeeded(List::of);

            assertThat(breaker.open()).isFalse();
            assertThat(breaker.permits()).isTrue();
        }

        @Test
        void each_probe_that_fails_doubles_the_pause_up_to_the_longest() {
            SubscriptionSettings settings = settings(5, true);
            SubscriptionCircuitBreaker breaker = breaker(settings);
            ErrorPolicy policy = policy(settings, breaker);
            for (int i = 0; i < 5; i++) {
                policy.failed(List.of(), away);
            }
            List<Duration> pauses = new ArrayList<>(List.of(breaker.pause()));

            for (int i = 0; i < 6; i++) {
                clock.advance(breaker.pause().minusMillis(1));
                assertThat(breaker.permits()).isFalse();
                clock.advance(Duration.ofMillis(1));
                assertThat(breaker.permits()).isTrue();
                policy.failed(List.of(), away);
                pauses.add(breaker.pause());
            }

            assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 5L, 5L, 5L, 5L);
        }

        @Test
        void a_probe_that_fails_for_another_reason_lets_the_next_one_through() {
            SubscriptionSettings settings = settings(5, true);
            SubscriptionCircuitBreaker breaker = breaker(settings);
            ErrorPolicy policy = policy(settings, breaker);
            for (int i = 0; i < 5; i++) {
                policy.failed(List.of(), away);
            }
            clock.advance(breaker.pause());
            assertThat(breaker.permits()).isTrue();

            assertThat(policy.failed(List.of(event(7)), broken).reaction()).isInstanceOf(ErrorReaction.Retry.class);

            assertThat(breaker.permits()).isTrue();
        }

        @Test
        void failures_with_a_success_in_between_do_not_open_it() {
            SubscriptionSettings settings = settings(5, true);
            SubscriptionCircuitBreaker breaker = breaker(settings);
            ErrorPolicy policy = policy(settings, breaker);

            for (int i = 0; i < 20; i++) {
                policy.failed(List.of(), away);
                if (i % 4 == 3) {
                    policy.succeeded(List::of);
                }
            }

            assertThat(breaker.open()).isFalse();
        }

        @Test
        void switched_off_it_never_opens_and_pauses_grow() {
            SubscriptionSettings settings = settings(5, true).toBuilder()
                    .circuitBreaker(new SubscriptionSettings.CircuitBreaker(
                            false, 5, Duration.ofSeconds(1), Duration.ofSeconds(30), 10))
                    .build();
            SubscriptionCircuitBreaker breaker = breaker(settings);
            ErrorPolicy policy = policy(settings, breaker);
            List<Long> pauses = new ArrayList<>();

            for (int i = 0; i < 20; i++) {
                ErrorReaction reaction = policy.failed(List.of(), away).reaction();
                assertThat(reaction)
                        .asInstanceOf(InstanceOfAssertFactories.type(ErrorReaction.AwaitRecovery.class))
                        .matches(each -> !each.open());
                pauses.add(((ErrorReaction.AwaitRecovery) reaction).pause().toMillis());
            }

            assertThat(breaker.permits()).isTrue();
            assertThat(pauses.get(19)).isGreaterThan(3_000);
            assertThat(pauses.get(0)).isLessThan(1_500);
        }
    }

    @Test
    void settings_out_of_bounds_are_refused_by_name() {
        Duration second = Duration.ofSeconds(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubscriptionSettings.Retry(-1, second, 2, second))
                .withMessageContaining("retry.max-retries");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubscriptionSettings.Retry(1, Duration.ZERO, 2, second))
                .withMessageContaining("retry.delay");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubscriptionSettings.Retry(1, second, 0.5, second))
                .withMessageContaining("retry.multiplier");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubscriptionSettings.Retry(1, second, 2, Duration.ofMillis(1)))
                .withMessageContaining("retry.max-delay");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SubscriptionSettings.CircuitBreaker(true, 0, second, second, 10))
                .withMessageContaining("circuit-breaker.failure-threshold");
    }
}
