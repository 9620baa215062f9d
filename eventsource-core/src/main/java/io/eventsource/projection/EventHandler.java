package io.eventsource.projection;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a {@link Projection} bean that handles events.
 *
 * <p>The method returns nothing and takes the event, an {@link io.eventsource.event.EventEnvelope} of it, or both in this
 * order; or a {@link java.util.List} of events or of envelopes, and is then called once for all events of a batch that
 * follow each other without one for another handler. A parameter of a common supertype receives every registered event class below it; each event class has at most
 * one handler in a projection. The method is called in the transaction that moves the projection's checkpoint: what it
 * writes to the same database takes effect exactly once; anything else it does happens again when the batch is rolled back
 * and retried. Events arrive one at a time in position order, those of one aggregate thus in version order. When upcasters
 * split a stored event, its parts arrive in their order, all in one transaction.
 *
 * <p>The method runs in the thread and the transaction of its batch. Annotations and interceptors that would take it elsewhere, repeat it within the
 * transaction or leave it out are refused when the bean is looked at; what only a call can show fails the batch with a
 * {@link io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException}.
 *
 * <p>What a handler appends inherits tenant, actor and correlation of the event it handles, and has that event's id as its
 * causation, by the {@link io.eventsource.context.MetadataContext} that is open around the call.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface EventHandler {}
