package io.eventsource.projection;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DecoratorTests {

    /** One that fell back to the interface's default would silently change what the decorated handlers say of themselves. */
    @Test
    void every_method_is_passed_on() {
        assertThat(EventHandlers.class.getMethods())
                .filteredOn(method -> !Modifier.isStatic(method.getModifiers()))
                .isNotEmpty()
                .allSatisfy(method -> assertThat(Arrays.stream(EventHandlers.Decorator.class.getDeclaredMethods())
                                .filter(own -> sameSignature(own, method)))
                        .as(method.toString())
                        .hasSize(1));
    }

    private static boolean sameSignature(Method one, Method other) {
        return one.getName().equals(other.getName())
                && Arrays.equals(one.getParameterTypes(), other.getParameterTypes());
    }
}
