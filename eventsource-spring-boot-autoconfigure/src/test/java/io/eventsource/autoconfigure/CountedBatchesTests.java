package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.projection.EventHandlers;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

class CountedBatchesTests {

    @Test
    void everythingThatHandlersSayOfThemselvesIsPassedOn() {
        assertThat(EventHandlers.class.getMethods()).allSatisfy(method -> assertThat(
                        CountedBatches.class.getMethod(method.getName(), method.getParameterTypes()))
                .extracting(Method::getDeclaringClass)
                .isEqualTo(CountedBatches.class));
    }
}
