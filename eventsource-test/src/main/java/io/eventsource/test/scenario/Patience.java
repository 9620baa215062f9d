package io.eventsource.test.scenario;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** Looks again and again until something is there. */
final class Patience {

    private static final Duration PAUSE = Duration.ofMillis(10);

    private Patience() {}

    static <S> S until(Scenario scenario, long begin, String complaint, Supplier<? extends @Nullable S> look) {
        try {
            S seen = Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(PAUSE)
                    .atMost(scenario.timeout())
                    .until(look::get, Objects::nonNull);
            return Objects.requireNonNull(seen);
        } catch (ConditionTimeoutException late) {
            return Assertions.fail(
                    "%s within %s.%s".formatted(complaint, scenario.timeout(), scenario.describeSince(begin)), late);
        }
    }
}
