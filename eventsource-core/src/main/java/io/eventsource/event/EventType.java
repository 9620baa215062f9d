package io.eventsource.event;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names an event class in the store. The name, not the class, is what is stored: a class may be renamed or moved
 * without touching history.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface EventType {

    /**
     * The event's name, unique within the application, 1 to 200 characters.
     *
     * @return the name
     */
    String value();

    /**
     * The revision of the payload's shape that this class writes, 1 to 32,767. It is stored with each event and handed out
     * with it; payloads of every stored revision are read into this class.
     *
     * @return the revision
     */
    int revision() default 1;
}
