package io.eventsource.test.time;

import io.eventsource.time.Clocks;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Makes a {@link TestClock} the clock of the application that is tested, and a bean. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(WithTestClock.Configuration.class)
public @interface WithTestClock {

    /** The beans. */
    @TestConfiguration(proxyBeanMethods = false)
    class Configuration {

        /** Creates the configuration. */
        public Configuration() {}

        @Bean
        TestClock eventSourceTestClock() {
            return new TestClock();
        }

        @Bean
        Clocks eventSourceClocks(TestClock clock) {
            return clock.clocks();
        }
    }
}
