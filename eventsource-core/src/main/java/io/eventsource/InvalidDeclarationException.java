package io.eventsource;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A class of the application cannot be used as it is declared: an event, an aggregate or a projection. */
public final class InvalidDeclarationException extends EventSourceException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final Class<?> declaredClass;
    private final @Nullable String remedy;

    private InvalidDeclarationException(
            Class<?> declaredClass, String message, @Nullable String remedy, @Nullable Throwable cause) {
        super(message, cause);
        this.declaredClass = declaredClass;
        this.remedy = remedy;
    }

    /**
     * An event class cannot be registered, or is used without being registered: it has no type name, an illegal one, or one that
     * another class bears.
     *
     * @param eventClass the class at fault
     * @param message what is wrong with it, and what to do
     * @return the exception
     */
    public static InvalidDeclarationException ofEvent(Class<?> eventClass, String message) {
        return new InvalidDeclarationException(
                eventClass,
                message,
                "Correct the @EventType of %s. A name that is in the store already must stay, as the name or as an alias."
                        .formatted(eventClass.getName()),
                null);
    }

    /**
     * An aggregate class cannot be used as it is written.
     *
     * @param aggregateClass the class at fault
     * @param message what is wrong with it, and what to do
     * @return the exception
     */
    public static InvalidDeclarationException ofAggregate(Class<?> aggregateClass, String message) {
        return new InvalidDeclarationException(aggregateClass, message, null, null);
    }

    /**
     * A projection bean cannot be used as it is written.
     *
     * @param projectionClass the class at fault
     * @param message what is wrong with it, and what to do
     * @return the exception
     */
    public static InvalidDeclarationException ofProjection(Class<?> projectionClass, String message) {
        return ofProjection(projectionClass, message, null);
    }

    /**
     * A projection bean cannot be used as it is written.
     *
     * @param projectionClass the class at fault
     * @param message what is wrong with it, and what to do
     * @param cause what failed with it, or null
     * @return the exception
     */
    public static InvalidDeclarationException ofProjection(
            Class<?> projectionClass, String message, @Nullable Throwable cause) {
        return new InvalidDeclarationException(
                projectionClass,
                message,
                "Correct %s. What a handler may and may not be is described in docs/guide.md, \"What a handler must not do\"."
                        .formatted(projectionClass.getName()),
                cause);
    }

    /**
     * The class at fault.
     *
     * @return the class
     */
    public Class<?> declaredClass() {
        return declaredClass;
    }

    /**
     * What to correct, beyond what the message says.
     *
     * @return the remedy, or null where the message says all
     */
    public @Nullable String remedy() {
        return remedy;
    }
}
