package io.eventsource.autoconfigure.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.SettableTime;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentErrorsTests {

    private final SettableTime clock = new SettableTime();
    private final RecentErrors errors = new RecentErrors(clock);

    private void fail(String subscription, int times) {
        for (int i = 0; i < times; i++) {
            errors.failed(new ErrorInfo(
                    subscription,
                    null,
                    new IllegalStateException("told to fail"),
                    new ErrorClassification(ErrorClassification.Category.TRANSIENT, ErrorClassification.Severity.LOW),
                    0,
                    new ErrorReaction.Retry(Duration.ZERO),
                    clock.instant(),
                    clock.instant()));
        }
    }

    @Test
    void errors_count_for_as_long_as_they_are_recent() {
        fail("orders", 2);
        clock.advance(Duration.ofSeconds(50));
        fail("orders", 3);

        assertThat(errors.within("orders", Duration.ofMinutes(1))).isEqualTo(5);
        clock.advance(Duration.ofSeconds(10));
        assertThat(errors.within("orders", Duration.ofMinutes(1))).isEqualTo(3);
        assertThat(errors.within("orders", Duration.ofMinutes(10))).isEqualTo(5);
        clock.advance(Duration.ofMinutes(10));
        assertThat(errors.within("orders", Duration.ofMinutes(10))).isZero();
        assertThat(errors.within("orders", RecentErrors.LONGEST)).isEqualTo(5);
    }

    @Test
    void each_subscription_has_its_own_and_an_hour_later_all_are_forgotten() {
        fail("orders", 2);
        fail("totals", 1);

        assertThat(errors.within("orders", RecentErrors.LONGEST)).isEqualTo(2);
        assertThat(errors.within("totals", RecentErrors.LONGEST)).isEqualTo(1);
        assertThat(errors.within("others", RecentErrors.LONGEST)).isZero();

        clock.advance(Duration.ofHours(1));
        fail("orders", 1);

        assertThat(errors.within("orders", RecentErrors.LONGEST)).isEqualTo(1);
        assertThat(errors.within("totals", RecentErrors.LONGEST)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void a_clock_that_is_set_makes_no_error_older_or_younger(long hours) {
        fail("orders", 2);
        clock.set(Duration.ofHours(hours));
        fail("orders", 1);

        assertThat(errors.within("orders", Duration.ofMinutes(1))).isEqualTo(3);

        clock.pass(Duration.ofMinutes(2));
        assertThat(errors.within("orders", Duration.ofMinutes(1))).isZero();
    }
}
