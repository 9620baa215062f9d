package io.eventsource.projection;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the method of a {@link Projection} bean that empties its read model before a rebuild. It returns nothing and takes nothing, and
 * there is one at most. It is called in the transaction that sets the projection's checkpoint back: either both have happened, or
 * neither; what holds for a handler's thread and transaction holds for it too. Batches that are under way meanwhile, also in other instances, commit before it is called or not at all.
 *
 * <p>With at-least-once delivery it is called in a transaction of the projection's own transaction manager, if it names one, which commits
 * right before the checkpoint is set back: a failure in between leaves an empty read model at the old checkpoint, and the request has to be
 * repeated.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface ResetHandler {}
