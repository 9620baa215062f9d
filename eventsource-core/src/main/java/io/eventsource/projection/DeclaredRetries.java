package io.eventsource.projection;

import io.eventsource.InvalidDeclarationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/** How events that cannot be handled are tried again, as far as a projection says it itself. */
record DeclaredRetries(@Nullable Integer maxRetries, @Nullable Duration retryDelay) {

    private static final int UNSET = -1;
    private static final int MAX_RETRIES = 1_000;

    static DeclaredRetries of(Projection projection, Class<?> beanClass) {
        return new DeclaredRetries(maxRetries(projection, beanClass), retryDelay(projection, beanClass));
    }

    private static @Nullable Integer maxRetries(Projection projection, Class<?> beanClass) {
        int declared = projection.maxRetries();
        if (declared < UNSET || declared > MAX_RETRIES) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "maxRetries of the @Projection '%s' (%s) must be 0 to %d, or %d for what holds for all, but it is %d."
                            .formatted(projection.value(), beanClass.getName(), MAX_RETRIES, UNSET, declared));
        }
        return declared == UNSET ? null : declared;
    }

    private static @Nullable Duration retryDelay(Projection projection, Class<?> beanClass) {
        String declared = projection.retryDelay();
        if (declared.isEmpty()) {
            return null;
        }
        Duration delay;
        try {
            delay = DurationFormatterUtils.detectAndParse(declared);
        } catch (IllegalArgumentException unreadable) {
            throw invalid(projection, beanClass);
        }
        if (delay.compareTo(Duration.ofMillis(1)) < 0) {
            throw invalid(projection, beanClass);
        }
        return delay;
    }

    private static InvalidDeclarationException invalid(Projection projection, Class<?> beanClass) {
        return InvalidDeclarationException.ofProjection(
                beanClass,
                "retryDelay of the @Projection '%s' (%s) must be a duration of 1 ms or more, such as 2s or 250ms, but it is '%s'."
                        .formatted(projection.value(), beanClass.getName(), projection.retryDelay()));
    }
}
