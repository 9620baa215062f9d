package io.eventsource.projection;

import io.eventsource.InvalidDeclarationException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/** Finds the methods of a bean that are called in batches, and how they are called through its proxy. */
final class HandlerMethods {

    private HandlerMethods() {}

    static List<Method> handlers(Class<?> beanClass) {
        return annotated(beanClass, EventHandler.class).stream()
                .sorted(Comparator.comparing(Method::toString))
                .toList();
    }

    static Set<Method> resets(Class<?> beanClass) {
        return annotated(beanClass, ResetHandler.class);
    }

    private static Set<Method> annotated(Class<?> beanClass, Class<? extends Annotation> annotation) {
        return MethodIntrospector.selectMethods(
                beanClass, (Method method) -> AnnotatedElementUtils.hasAnnotation(method, annotation));
    }

    /** The method by which the bean, or its proxy, is called. */
    static Method invocable(Class<?> beanClass, Class<?> invokedClass, Method method) {
        try {
            Method invocable = AopUtils.selectInvocableMethod(method, invokedClass);
            invocable.trySetAccessible();
            return invocable;
        } catch (IllegalStateException hidden) {
            throw InvalidDeclarationException.ofProjection(
                    beanClass,
                    "The handler %s cannot be called through the proxy of its bean: %s"
                            .formatted(method, hidden.getMessage()),
                    hidden);
        }
    }

    /** The qualifiers of the transaction managers that the methods declare, empty where one declares a transaction without. */
    static Set<String> transactionManagers(Class<?> beanClass) {
        TransactionAttributeSource declared = new AnnotationTransactionAttributeSource(false);
        Set<Method> methods = new LinkedHashSet<>(handlers(beanClass));
        methods.addAll(resets(beanClass));
        Set<String> found = new LinkedHashSet<>();
        for (Method method : methods) {
            TransactionAttribute attribute = declared.getTransactionAttribute(method, beanClass);
            if (attribute != null) {
                found.add(Objects.requireNonNullElse(attribute.getQualifier(), ""));
            }
        }
        return Set.copyOf(found);
    }

    /**
     * Refuses handlers that would not run inside their batch.
     *
     * @return what watches the calls of a proxied bean; null when it has no proxy
     */
    static @Nullable BatchCalls requireInsideBatch(Object bean, Class<?> beanClass, Projection projection) {
        Set<Method> methods = new LinkedHashSet<>(handlers(beanClass));
        methods.addAll(resets(beanClass));
        HandlerProxies proxies = HandlerProxies.of(bean, beanClass);
        boolean managed = !projection.transactionManager().isEmpty();
        new HandlerRules(bean, beanClass, proxies.proxies(), projection.delivery(), managed).require(methods);
        return BatchCalls.within(proxies.lasting(), beanClass, methods, projection.delivery());
    }
}
