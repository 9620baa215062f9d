package io.eventsource.aggregate;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names an aggregate class in the store. The name, not the class, is what is stored with every event. */
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
}
