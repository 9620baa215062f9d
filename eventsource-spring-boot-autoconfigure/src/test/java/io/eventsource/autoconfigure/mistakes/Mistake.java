package io.eventsource.autoconfigure.mistakes;

import java.util.function.UnaryOperator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Something that an application does wrong.
 *
 * @param what a few words, as the page of mistakes has them
 * @param made makes the mistake in an application that would start without it
 */
record Mistake(String what, UnaryOperator<ApplicationContextRunner> made) {

    /** A property that is wrong, or several. */
    static Mistake of(String what, String... properties) {
        return new Mistake(what, application -> application.withPropertyValues(properties));
    }

    /** A bean or a configuration that is wrong. */
    static Mistake of(String what, Class<?> configuration) {
        return new Mistake(what, application -> application.withUserConfiguration(configuration));
    }
}
