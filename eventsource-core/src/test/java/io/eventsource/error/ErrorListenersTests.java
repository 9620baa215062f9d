package io.eventsource.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.error.ErrorInfo.ErrorReaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrorListenersTests {

    private static final ErrorInfo BASE = new ErrorInfo(
            "orders",
            null,
            new IllegalStateException("broken"),
            new ErrorClassification(ErrorClassification.Category.APPLICATION, ErrorClassification.Severity.MEDIUM),
            2,
            new ErrorReaction.Retry(Duration.ofSeconds(1)),
            Instant.EPOCH,
            Instant.EPOCH);

    private static ErrorInfo error(
            String subscription, ErrorClassification.Category category, ErrorClassification.Severity severity) {
        return new ErrorInfo(
                subscription,
                null,
                BASE.error(),
                new ErrorClassification(category, severity),
                0,
                BASE.reaction(),
                Instant.EPOCH,
                Instant.EPOCH);
    }

    @Test
    void an_error_says_what_was_thrown_and_whether_it_is_tried_again() {
        assertThat(BASE.errorType()).isEqualTo("java.lang.IllegalStateException");
        assertThat(BASE.errorMessage()).isEqualTo("broken");
        assertThat(BASE.willRetry()).isTrue();
        assertThat(new ErrorReaction.AwaitRecovery(Duration.ZERO, true, false).willRetry())
                .isTrue();
        assertThat(new ErrorReaction.Park().willRetry()).isFalse();
        assertThat(new ErrorReaction.Stop().willRetry()).isFalse();
    }

    @Test
    void a_listener_by_severity_hears_of_that_severity_and_above_in_their_order_not_of_their_names() {
        List<ErrorClassification.Severity> rising = List.of(
                ErrorClassification.Severity.LOW,
                ErrorClassification.Severity.MEDIUM,
                ErrorClassification.Severity.HIGH,
                ErrorClassification.Severity.CRITICAL);
        for (int i = 0; i < rising.size(); i++) {
            List<ErrorClassification.Severity> heard = new ArrayList<>();
            ErrorListeners listeners = new ErrorListeners(List.of());
            listeners.onErrorSeverity(rising.get(i), error -> heard.add(error.severity()));

            rising.forEach(
                    severity -> listeners.publish(error("orders", ErrorClassification.Category.UNKNOWN, severity)));

            assertThat(heard).isEqualTo(rising.subList(i, rising.size()));
        }
    }

    @Test
    void a_listener_by_category_hears_of_that_category_alone() {
        List<ErrorClassification.Category> heard = new ArrayList<>();
        ErrorListeners listeners = new ErrorListeners(List.of(
                ErrorListener.of(ErrorClassification.Category.TRANSIENT, error -> heard.add(error.category()))));

        for (ErrorClassification.Category category : ErrorClassification.Category.values()) {
            listeners.publish(error("orders", category, ErrorClassification.Severity.LOW));
        }

        assertThat(heard).containsExactly(ErrorClassification.Category.TRANSIENT);
    }

    @Test
    void a_listener_that_throws_whatever_it_is_keeps_nobody_from_hearing() {
        List<String> heard = new ArrayList<>();
        ErrorListeners listeners = new ErrorListeners(List.of(
                error -> heard.add("first"),
                error -> {
                    throw new IllegalStateException("broken listener");
                },
                error -> {
                    throw new AssertionError("broken listener");
                },
                error -> heard.add("last")));

        listeners.publish(BASE);
        listeners.publish(BASE);

        assertThat(heard).containsExactly("first", "last", "first", "last");
        assertThat(listeners.statistics().total().errors()).isEqualTo(2);
    }

    @Test
    void a_registration_removes_its_own_listener_once() {
        List<String> heard = new ArrayList<>();
        ErrorListeners listeners = new ErrorListeners(List.of());
        ErrorListener twice = error -> heard.add("heard");
        ErrorListeners.Registration first = listeners.onError(twice);
        listeners.onError(twice);

        first.remove();
        first.remove();
        listeners.publish(BASE);

        assertThat(heard).hasSize(1);
    }

    @Test
    void errors_and_dead_letters_are_counted_in_all_and_by_subscription_category_and_severity() {
        ErrorListeners listeners = new ErrorListeners(List.of());
        IntStream.range(0, 3)
                .forEach(i -> listeners.publish(
                        error("orders", ErrorClassification.Category.TRANSIENT, ErrorClassification.Severity.LOW)));
        listeners.publish(error("orders", ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.HIGH));
        listeners.publish(
                error("invoices", ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.CRITICAL));
        listeners.parked("orders", 1);
        listeners.parked("orders", 4);

        ErrorListeners.Statistics statistics = listeners.statistics();

        assertThat(statistics.total().errors()).isEqualTo(5);
        assertThat(statistics.total().deadLetters()).isEqualTo(5);
        assertThat(statistics.total().byCategory())
                .containsEntry(ErrorClassification.Category.TRANSIENT, 3L)
                .containsEntry(ErrorClassification.Category.PERMANENT, 2L)
                .containsEntry(ErrorClassification.Category.UNKNOWN, 0L);
        assertThat(statistics.total().bySeverity())
                .containsEntry(ErrorClassification.Severity.LOW, 3L)
                .containsEntry(ErrorClassification.Severity.HIGH, 1L)
                .containsEntry(ErrorClassification.Severity.CRITICAL, 1L);
        assertThat(statistics.bySubscription()).containsOnlyKeys("orders", "invoices");
        ErrorListeners.Statistics.Figures orders =
                Objects.requireNonNull(statistics.bySubscription().get("orders"));
        assertThat(orders.errors()).isEqualTo(4);
        assertThat(orders.deadLetters()).isEqualTo(5);
        assertThat(new ErrorListeners(List.of()).statistics())
                .isEqualTo(new ErrorListeners.Statistics(
                        new ErrorListeners.Statistics.Figures(0, 0, Map.of(), Map.of()), Map.of()));
    }
}
