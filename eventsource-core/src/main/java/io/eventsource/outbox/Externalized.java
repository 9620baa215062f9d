package io.eventsource.outbox;

import io.eventsource.outbox.Destination.Route;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of a class of events that they leave for a destination, as an entry of {@code eventsource.outbox.destinations.<name>.events}
 * does. Beside {@link io.eventsource.event.EventType}; once for each destination.
 *
 * <p>A destination that nothing else is said of has its own name as topic, the application's name as source, and the transport of
 * {@code eventsource.outbox.transport}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(Externalized.Several.class)
public @interface Externalized {

    /**
     * The destination's name.
     *
     * @return the name
     */
    String value();

    /**
     * The name that receivers know.
     *
     * @return the name; empty for the one in the store
     */
    String as() default "";

    /**
     * The version of the payload that receivers know. With it, events are decoded, and older ones leave in today's shape.
     *
     * @return 1 or more; 0 to pass payloads through as they are stored, with the revision that they are stored in
     */
    int version() default 0;

    /**
     * The topic or stream.
     *
     * @return its name; empty for the destination's
     */
    String topic() default "";

    /**
     * What messages keep their order within, as {@link Route#withKey(String)} takes it.
     *
     * @return the key; empty for the aggregate's id
     */
    String key() default "";

    /** Several destinations of one class. */
    @Documented
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Several {

        /**
         * The destinations.
         *
         * @return one or more
         */
        Externalized[] value();
    }
}
