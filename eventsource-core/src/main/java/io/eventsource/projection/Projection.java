package io.eventsource.projection;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names a Spring bean whose {@link EventHandler} methods keep a read model. The name, not the class or the bean, is what
 * the checkpoint is kept under: it may never change while the read model lives.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Projection {

    /**
     * The projection's name, unique within the application, 1 to 200 characters.
     *
     * @return the name
     */
    String value();
}
