package io.eventsource.projection;

import io.eventsource.InvalidDeclarationException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;

/**
 * The proxies of Spring around a bean, as far as they show what they do.
 *
 * @param proxies the proxies, the outermost first
 * @param target what is behind them
 */
record HandlerProxies(List<Advised> proxies, @Nullable Object target) {

    /**
     * Looks behind the proxies of a bean.
     *
     * @throws InvalidDeclarationException when what is behind one is not there outside of a request, a session or the like
     */
    static HandlerProxies of(Object bean, Class<?> beanClass) {
        List<Advised> found = new ArrayList<>();
        Object current = bean;
        while (current instanceof Advised proxy) {
            found.add(proxy);
            current = target(proxy.getTargetSource(), beanClass);
        }
        return new HandlerProxies(found, current);
    }

    /** The proxies that stay, the outermost first: what is behind a target that changes, such as one with a refresh scope, may be replaced. */
    List<Advised> lasting() {
        List<Advised> lasting = new ArrayList<>();
        for (Advised proxy : proxies) {
            lasting.add(proxy);
            if (!proxy.getTargetSource().isStatic()) {
                break;
            }
        }
        return lasting;
    }

    private static @Nullable Object target(TargetSource source, Class<?> beanClass) {
        try {
            Object target = source.getTarget();
            if (target != null) {
                source.releaseTarget(target);
            }
            return target;
        } catch (Exception absent) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "%s handles events and has a scope of which there is nothing where subscriptions run: %s. Make it a singleton."
                            .formatted(beanClass.getName(), absent.getMessage()),
                    absent);
        }
    }
}
