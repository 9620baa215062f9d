package io.eventsource.autoconfigure.projection;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventRegistry;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.MethodEventHandlers;
import io.eventsource.projection.Projection;
import java.util.ArrayList;
import java.util.List;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;

/** Finds what handles events: beans with {@code @EventHandler} methods, and {@link EventHandlers} beans. */
public final class ProjectionBeans {

    private final ConfigurableListableBeanFactory beanFactory;
    private final EventRegistry registry;
    private final DeclaredTransactions transactions;

    /**
     * Creates it.
     *
     * @param beanFactory has the beans
     * @param registry knows the types of events
     */
    public ProjectionBeans(ConfigurableListableBeanFactory beanFactory, EventRegistry registry) {
        this.beanFactory = beanFactory;
        this.registry = registry;
        this.transactions = new DeclaredTransactions(beanFactory);
    }

    /**
     * Those that are to be driven through the log.
     *
     * @return their handlers
     */
    public List<EventHandlers> ofTheLog() {
        return find().stream().filter(each -> each.feed() == null).toList();
    }

    /**
     * Those that are to be fed with messages of other services.
     *
     * @return their handlers
     */
    public List<EventHandlers> ofFeeds() {
        return find().stream().filter(each -> each.feed() != null).toList();
    }

    private List<EventHandlers> find() {
        for (String name : beanFactory.getBeanNamesForType(EventHandlers.class)) {
            requireSingleton(name, EventHandlers.class);
        }
        List<EventHandlers> found = new ArrayList<>(
                beanFactory.getBeanProvider(EventHandlers.class).orderedStream().toList());
        for (String name : beanFactory.getBeanDefinitionNames()) {
            if (ScopedProxyUtils.isScopedTarget(name)) {
                // its proxy is a bean of its own and stands for it
                continue;
            }
            Class<?> beanClass = AutoProxyUtils.determineTargetClass(beanFactory, name);
            if (beanClass != null && (isProjection(beanClass) || hasHandlers(beanClass))) {
                requireSingleton(name, beanClass);
                found.add(transactions.require(MethodEventHandlers.of(beanFactory.getBean(name), registry)));
            }
        }
        return found;
    }

    /** Handlers that are objects of the library's interface say for themselves what they handle. */
    private static boolean isProjection(Class<?> beanClass) {
        return AnnotatedElementUtils.hasAnnotation(beanClass, Projection.class)
                && !EventHandlers.class.isAssignableFrom(beanClass);
    }

    private static boolean hasHandlers(Class<?> beanClass) {
        return AnnotationUtils.isCandidateClass(beanClass, EventHandler.class)
                && MethodEventHandlers.existIn(beanClass);
    }

    /** What is driven has to be the bean that everybody else sees, and there when nobody makes a request. */
    private void requireSingleton(String name, Class<?> beanClass) {
        String behind = ScopedProxyUtils.getTargetBeanName(name);
        String bean = beanFactory.containsBean(behind) ? behind : name;
        if (!ScopedProxyUtils.isScopedTarget(name) && !beanFactory.isSingleton(bean)) {
            String scope = beanFactory.containsBeanDefinition(bean)
                    ? beanFactory.getMergedBeanDefinition(bean).getScope()
                    : null;
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "The bean '%s' (%s) handles events and has the scope '%s'. Make it a singleton: a subscription drives one instance, in threads of its own."
                            .formatted(name, beanClass.getName(), scope));
        }
    }
}
