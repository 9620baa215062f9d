package io.eventsource.autoconfigure.testing;

import java.util.Objects;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** What the library's parts of health say. */
public final class Indicators {

    private Indicators() {}

    /** The health of a part, such as {@code eventsourceOutbox}. */
    public static Health health(BeanFactory context, String part) {
        return Objects.requireNonNull(
                context.getBean(part + "HealthIndicator", HealthIndicator.class).health());
    }
}
