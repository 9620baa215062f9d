package io.eventsource.projection;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.batch.BatchTransaction;
import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventRegistry.EventTypeDescriptor;
import io.eventsource.projection.EventHandlers.Delivery;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** The {@link EventHandler} methods of a bean. */
public final class MethodEventHandlers implements EventHandlers {

    private static final int MAX_NAME_LENGTH = 200;

    private final Projection projection;
    private final Object bean;
    private final Map<String, Handler> byEventType;
    private final @Nullable Method reset;
    private final DeclaredRetries retries;
    private final @Nullable BatchCalls calls;

    private MethodEventHandlers(
            Projection projection,
            Object bean,
            Map<String, Handler> byEventType,
            @Nullable Method reset,
            DeclaredRetries retries,
            @Nullable BatchCalls calls) {
        this.calls = calls;
        this.projection = projection;
        this.retries = retries;
        this.bean = bean;
        this.byEventType = byEventType;
        this.reset = reset;
    }

    /** How to call one method. */
    private record Handler(Method method, boolean takesPayload, boolean takesEnvelope, boolean takesBatch) {

        Object[] arguments(List<EventEnvelope<Object>> events) {
            if (takesBatch) {
                return new Object[] {
                    takesEnvelope
                            ? events
                            : events.stream().map(EventEnvelope::payload).toList()
                };
            }
            EventEnvelope<Object> event = events.get(0);
            if (takesPayload && takesEnvelope) {
                return new Object[] {event.payload(), event};
            }
            return new Object[] {takesEnvelope ? event : event.payload()};
        }
    }

    /**
     * Whether a class has handler methods, its superclasses included.
     *
     * @param beanClass the class, not a proxy's
     * @return whether there is at least one
     */
    public static boolean existIn(Class<?> beanClass) {
        return !HandlerMethods.handlers(beanClass).isEmpty();
    }

    /**
     * Finds the handlers of a bean.
     *
     * @param bean the bean, possibly a proxy of its class
     * @param registry the known event classes
     * @return the handlers
     * @throws InvalidDeclarationException when the class has no {@link Projection} name, no handler, a handler of the wrong
     *     form or for no registered event, two handlers for one event, or retries out of bounds, or when a proxy or an annotation would
     *     have a handler run outside of its batch: in another thread or transaction, again after a failure, or not at all
     */
    public static MethodEventHandlers of(Object bean, EventRegistry registry) {
        Class<?> beanClass = ClassUtils.getUserClass(AopUtils.getTargetClass(bean));
        Projection projection = projectionOf(beanClass);
        BatchCalls calls = HandlerMethods.requireInsideBatch(bean, beanClass, projection);
        String name = projection.value();
        Map<String, Handler> byEventType = new HashMap<>();
        for (Method method : HandlerMethods.handlers(beanClass)) {
            Handler handler = describe(beanClass, bean.getClass(), method);
            for (EventTypeDescriptor type : handledTypes(beanClass, method, registry)) {
                Handler other = byEventType.putIfAbsent(type.name(), handler);
                if (other != null) {
                    throw InvalidDeclarationException.ofProjection(
                            beanClass,
                            "The projection '%s' has two handlers for the event '%s': %s and %s. Keep one."
                                    .formatted(name, type.name(), other.method(), method));
                }
            }
        }
        if (byEventType.isEmpty()) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "The projection '%s' (%s) has no @EventHandler method, so it would handle nothing. Annotate its handlers with io.eventsource.projection.EventHandler."
                            .formatted(name, beanClass.getName()));
        }
        return new MethodEventHandlers(
                projection,
                bean,
                byEventType,
                resetMethod(beanClass, bean.getClass()),
                DeclaredRetries.of(projection, beanClass),
                calls);
    }

    private static Projection projectionOf(Class<?> beanClass) {
        Projection projection = AnnotatedElementUtils.findMergedAnnotation(beanClass, Projection.class);
        if (projection == null) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "%s has @EventHandler methods but no name. Annotate it with @Projection(\"…\"): its checkpoint is kept under that name."
                            .formatted(beanClass.getName()));
        }
        String name = projection.value();
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "The @Projection name of %s must have 1 to %d characters and not be blank, but it is '%s'."
                            .formatted(beanClass.getName(), MAX_NAME_LENGTH, name));
        }
        return projection;
    }

    private static @Nullable Method resetMethod(Class<?> beanClass, Class<?> invokedClass) {
        Set<Method> found = HandlerMethods.resets(beanClass);
        if (found.isEmpty()) {
            return null;
        }
        Method method = found.iterator().next();
        if (found.size() > 1 || method.getParameterCount() > 0 || method.getReturnType() != void.class) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "%s has the @ResetHandler methods %s. There may be one, which takes nothing and returns void."
                            .formatted(beanClass.getName(), found));
        }
        return HandlerMethods.invocable(beanClass, invokedClass, method);
    }

    private static Handler describe(Class<?> beanClass, Class<?> invokedClass, Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        boolean envelopeLast = parameters.length > 0 && parameters[parameters.length - 1] == EventEnvelope.class;
        boolean payloadFirst = parameters.length > 0 && parameters[0] != EventEnvelope.class;
        boolean batch = parameters.length == 1 && parameters[0] == List.class;
        boolean formed = parameters.length == 1 || (parameters.length == 2 && payloadFirst && envelopeLast);
        if (!formed || method.getReturnType() != void.class) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "The handler %s must return void and take the event, an EventEnvelope of it, both in this order, or a List of events or of envelopes."
                            .formatted(method));
        }
        Method invocable = HandlerMethods.invocable(beanClass, invokedClass, method);
        boolean envelopes = batch
                ? ResolvableType.forMethodParameter(method, 0, beanClass)
                                .getGeneric(0)
                                .toClass()
                        == EventEnvelope.class
                : envelopeLast;
        return new Handler(invocable, payloadFirst, envelopes, batch);
    }

    private static List<EventTypeDescriptor> handledTypes(Class<?> beanClass, Method method, EventRegistry registry) {
        ResolvableType parameter = ResolvableType.forMethodParameter(method, 0, beanClass);
        ResolvableType first = parameter.toClass() == List.class ? parameter.getGeneric(0) : parameter;
        Class<?> eventClass =
                first.toClass() == EventEnvelope.class ? first.getGeneric(0).resolve(Object.class) : first.toClass();
        List<EventTypeDescriptor> types = registry.subtypesOf(eventClass);
        if (types.isEmpty()) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "The handler %s is for %s, but no registered event class is of that type. Annotate the event with @EventType in a scanned package."
                            .formatted(method, eventClass.getName()));
        }
        return types;
    }

    @Override
    public String name() {
        return projection.value();
    }

    @Override
    public Delivery delivery() {
        return projection.delivery();
    }

    @Override
    public @Nullable String transactionManager() {
        return projection.transactionManager().isEmpty() ? null : projection.transactionManager();
    }

    /**
     * The class of the bean.
     *
     * @return the class, not a proxy's
     */
    public Class<?> projectionClass() {
        return ClassUtils.getUserClass(AopUtils.getTargetClass(bean));
    }

    /**
     * The transaction managers that {@code @Transactional} names at the handlers, or at their class. With exactly-once delivery each has to take
     * part in the transactions of {@link #transactionManager()}.
     *
     * @return qualifiers or bean names; an empty text where one names none and gets the application's
     */
    public Set<String> declaredTransactionManagers() {
        return HandlerMethods.transactionManagers(projectionClass());
    }

    @Override
    public Set<String> eventTypes() {
        return Set.copyOf(byEventType.keySet());
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        handleAll(List.of(event));
    }

    /** Calls a handler of batches once for as many events as follow each other without one for another handler. */
    @Override
    public void handleAll(List<EventEnvelope<Object>> events) {
        int from = 0;
        while (from < events.size()) {
            EventEnvelope<Object> event = events.get(from);
            Handler handler = handlerOf(event);
            if (handler.takesBatch()) {
                int to = from + together(handler, events.subList(from, events.size()));
                invoke(handler, events.subList(from, to));
                from = to;
            } else {
                MetadataContext.runCausedBy(event, () -> invoke(handler, List.of(event)));
                from++;
            }
        }
    }

    /** How many of the events, from the first on, go into one call of a handler. */
    int together(List<EventEnvelope<Object>> events) {
        return together(handlerOf(events.get(0)), events);
    }

    private int together(Handler handler, List<EventEnvelope<Object>> events) {
        int count = 1;
        while (handler.takesBatch()
                && count < events.size()
                && handlerOf(events.get(count)).equals(handler)) {
            count++;
        }
        return count;
    }

    private Handler handlerOf(EventEnvelope<Object> event) {
        Handler handler = byEventType.get(event.eventType());
        if (handler == null) {
            throw new IllegalArgumentException(
                    "The projection '%s' has no handler for the event '%s'".formatted(name(), event.eventType()));
        }
        return handler;
    }

    @Override
    public @Nullable Runnable resetHandler() {
        Method method = reset;
        return method == null ? null : () -> invoke(method);
    }

    @Override
    public @Nullable Integer maxRetries() {
        return retries.maxRetries();
    }

    @Override
    public @Nullable Duration retryDelay() {
        return retries.retryDelay();
    }

    @Override
    public @Nullable String feed() {
        return projection.feed().isEmpty() ? null : projection.feed();
    }

    private void invoke(Handler handler, List<EventEnvelope<Object>> events) {
        invoke(handler.method(), handler.arguments(events));
        BatchTransaction.requireIntactAfterCall();
    }

    private void invoke(Method method, Object... arguments) {
        try {
            if (calls == null) {
                method.invoke(bean, arguments);
            } else {
                calls.call(method, bean, arguments);
            }
        } catch (InvocationTargetException thrown) {
            throw asRuntime(thrown.getTargetException());
        } catch (IllegalAccessException failure) {
            throw new IllegalStateException("Cannot call " + method, failure);
        }
    }

    private static RuntimeException asRuntime(Throwable thrown) {
        if (thrown instanceof RuntimeException runtime) {
            return runtime;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        return new EventHandlerException(thrown);
    }
}
