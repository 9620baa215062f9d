package io.eventsource.projection;

import io.eventsource.projection.EventHandlers.Delivery;
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

    /**
     * How often the effect of an event takes place when something fails in between. A projection that writes anywhere else
     * than to the event store's database says so here.
     *
     * @return exactly once, unless something else is said
     */
    Delivery delivery() default Delivery.EXACTLY_ONCE;

    /**
     * The bean name of the transaction manager that begins the transactions in which events are handled. With exactly-once
     * delivery it must govern the event store's data source.
     *
     * @return the name; empty for the application's only or primary one, or with at-least-once delivery for no transaction
     */
    String transactionManager() default "";

    /**
     * How often an event that cannot be handled is tried again before it is parked, in place of what holds for all
     * subscriptions. What the configuration says for this projection by its name goes before.
     *
     * @return 0 to 1,000; -1 for what holds for all
     */
    int maxRetries() default -1;

    /**
     * The pause after an event has failed for the first time, such as {@code 2s} or {@code 250ms}, in place of what holds for all
     * subscriptions; it grows with each further failure. What the configuration says for this projection by its name goes before.
     *
     * @return 1 ms or more; empty for what holds for all
     */
    String retryDelay() default "";

    /**
     * The feed whose messages are handled, in place of the events in this application's own log: messages of another service,
     * each taking effect once. A Spring Boot application declares it as {@code eventsource.inbox.feeds.<feed>}.
     *
     * @return the feed's name; empty for the log
     */
    String feed() default "";
}
