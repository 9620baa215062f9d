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
     * with it. A payload of this revision is read into the class as it is; one of an older revision needs an {@link Upcaster}.
     *
     * @return the revision
     */
    int revision() default 1;

    /**
     * Names that this event had before, under which its events are still stored. Revisions go on through a change of name:
     * revision 2 of an alias is revision 2 of this type. New events are stored under {@link #value()}.
     *
     * @return the former names; none may be the name or an alias of another class
     */
    String[] aliases() default {};
}
