package io.eventsource.projection;

import io.eventsource.event.EventEnvelope;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ClassUtils;

/**
 * Refuses {@link EventHandlers} written by hand whose annotations or proxies would take them out of their batch, by the same rules as
 * {@code @EventHandler} methods. Whatever drives handlers asks this before it does.
 */
public final class InsideBatch {

    private InsideBatch() {}

    /**
     * Looks at {@link EventHandlers#handle} and {@link EventHandlers#handleAll} of a bean and at the interceptors of its proxies.
     *
     * @param handlers the bean, possibly a proxy of its class
     * @param <T> its type
     * @return the same bean
     * @throws InvalidProjectionException when a batch would be handled in another thread or transaction, repeated within its transaction, or
     *     left out
     */
    public static <T extends EventHandlers> T require(T handlers) {
        if (handlers instanceof MethodEventHandlers || handlers instanceof EventHandlersDecorator) {
            // what they call has been looked at already
            return handlers;
        }
        Class<?> type = ClassUtils.getUserClass(AopUtils.getTargetClass(handlers));
        HandlerProxies proxies = HandlerProxies.of(handlers, type);
        // not the proxy: with a class that is asynchronous as a whole, its answer would come from another thread
        EventHandlers target = proxies.target() instanceof EventHandlers behind ? behind : handlers;
        new HandlerRules(handlers, type, proxies.proxies(), target.delivery(), target.transactionManager() != null)
                .require(methods(type));
        return handlers;
    }

    private static Set<Method> methods(Class<?> type) {
        Method one = ClassUtils.getMethod(type, "handle", EventEnvelope.class);
        Method all = ClassUtils.getMethod(type, "handleAll", List.class);
        return new LinkedHashSet<>(List.of(one, all));
    }
}
