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
final class InsideBatch {

    private InsideBatch() {}

    /** As {@link EventHandlers#requireInsideBatch}. */
    static <T extends EventHandlers> T require(T handlers) {
        if (handlers instanceof MethodEventHandlers || handlers instanceof EventHandlers.Decorator) {
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
