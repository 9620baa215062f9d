package io.eventsource.aggregate;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names a kind of aggregates in the store, on an {@link AggregateRoot} or a {@link Decider}. The name, not the class, is what is
 * stored with every event.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface AggregateType {

    /**
     * The type's name, unique within the application, 1 to 200 characters.
     *
     * @return the name
     */
    String value();

    /**
     * The version of the state's shape and meaning, 1 or more; with one, the aggregate has snapshots. Raise it whenever the
     * state's class or the way events are folded changes: snapshots of another version are not used. The state must be a class
     * without type parameters that the store's JSON mapper writes and reads back as it was, such as a record.
     *
     * @return the version; 0 for no snapshots
     */
    int stateVersion() default 0;
}
