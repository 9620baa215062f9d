package io.eventsource.projection;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.projection.EventHandlers.Delivery;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncExecutionAspectSupport;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.MethodMatchers;
import org.springframework.cache.annotation.AnnotationCacheOperationSource;
import org.springframework.cache.interceptor.CacheAspectSupport;
import org.springframework.cache.interceptor.CacheOperationSource;
import org.springframework.cache.interceptor.CacheableOperation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.resilience.retry.AbstractRetryInterceptor;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * What a handler may not be, because it would not run inside its batch: in the thread and the transaction whose commit moves the checkpoint,
 * once for each event. Looks at annotations, those of supertypes and composed ones included and whether or not anything reads them, and at what
 * the interceptors of the bean's proxies do with the method, wherever they were configured.
 */
final class HandlerRules {

    private static final String ANOTHER_THREAD =
            "runs it in another thread: the checkpoint would move past events that are not handled yet or whose handling fails";
    private static final String AGAIN =
            "runs it again after a failure, in the same transaction: what the first attempt wrote would stay. The subscription itself rolls back and tries again (@Projection(maxRetries = …))";
    private static final String LEFT_OUT =
            "leaves it out for an event that equals an earlier one, so that the event is not handled";
    private static final String CALLED_FROM_ELSEWHERE =
            "has it called a second time by something else than its subscription, outside of any batch";

    /** Annotations by name: most of their libraries are not there. */
    private record Forbidden(String annotation, String effect, boolean onlyExactlyOnce, boolean alsoOnClass) {}

    private static final List<Forbidden> FORBIDDEN = List.of(
            thread("org.springframework.scheduling.annotation.Async"),
            thread("jakarta.ejb.Asynchronous"),
            thread("jakarta.enterprise.concurrent.Asynchronous"),
            thread("org.eclipse.microprofile.faulttolerance.Asynchronous"),
            thread("io.github.resilience4j.timelimiter.annotation.TimeLimiter"),
            again("org.springframework.resilience.annotation.Retryable"),
            again("org.springframework.retry.annotation.Retryable"),
            again("io.github.resilience4j.retry.annotation.Retry"),
            again("org.eclipse.microprofile.faulttolerance.Retry"),
            new Forbidden("javax.cache.annotation.CacheResult", LEFT_OUT, false, true),
            elsewhere("org.springframework.context.event.EventListener"),
            elsewhere("org.springframework.scheduling.annotation.Scheduled"),
            elsewhere("org.springframework.kafka.annotation.KafkaListener"),
            elsewhere("org.springframework.amqp.rabbit.annotation.RabbitListener"),
            elsewhere("org.springframework.jms.annotation.JmsListener"),
            elsewhere("jakarta.annotation.PostConstruct"),
            elsewhere("jakarta.annotation.PreDestroy"));

    private static Forbidden thread(String annotation) {
        return new Forbidden(annotation, ANOTHER_THREAD, false, true);
    }

    private static Forbidden again(String annotation) {
        return new Forbidden(annotation, AGAIN, true, true);
    }

    private static Forbidden elsewhere(String annotation) {
        return new Forbidden(annotation, CALLED_FROM_ELSEWHERE, false, false);
    }

    private final Class<?> beanClass;
    private final Object bean;
    private final Collection<Advised> proxies;
    private final boolean exactlyOnce;
    private final TransactionRules transactions;

    private final TransactionAttributeSource declaredTransactions = new AnnotationTransactionAttributeSource(false);
    private final CacheOperationSource declaredCaching = new AnnotationCacheOperationSource(false);

    HandlerRules(Object bean, Class<?> beanClass, Collection<Advised> proxies, Delivery delivery, boolean ownManager) {
        this.bean = bean;
        this.beanClass = beanClass;
        this.proxies = proxies;
        this.exactlyOnce = delivery == Delivery.EXACTLY_ONCE;
        this.transactions = new TransactionRules(exactlyOnce, exactlyOnce || ownManager);
    }

    /**
     * Checks methods that are called in batches, or in the transaction that sets a projection back.
     *
     * @throws InvalidDeclarationException when one of them would not run there
     */
    void require(Set<Method> methods) {
        for (Method method : methods) {
            requireReachable(method);
            requireDeclared(method);
            for (Advised proxy : proxies) {
                for (Advisor advisor : proxy.getAdvisors()) {
                    if (applies(advisor, method)) {
                        requireAdvised(method, advisor.getAdvice());
                    }
                }
            }
        }
    }

    /** What a class proxy cannot override runs on the proxy object itself, whose fields are empty. */
    private void requireReachable(Method method) {
        int modifiers = method.getModifiers();
        if (!AopUtils.isCglibProxy(bean) || Modifier.isStatic(modifiers)) {
            return;
        }
        boolean packagePrivate =
                !Modifier.isPublic(modifiers) && !Modifier.isProtected(modifiers) && !Modifier.isPrivate(modifiers);
        Class<?> declaring = method.getDeclaringClass();
        if (Modifier.isFinal(modifiers)) {
            throw refused(method, "is final and its bean has a class proxy, which cannot pass the call on", "final");
        }
        if (packagePrivate
                && (!declaring.getPackageName().equals(bean.getClass().getPackageName())
                        || declaring.getClassLoader() != bean.getClass().getClassLoader())) {
            throw refused(
                    method,
                    "is package-private in a package that its bean's class proxy is not in, so that the proxy cannot pass the call on",
                    "package-private");
        }
    }

    private void requireDeclared(Method method) {
        for (Forbidden each : FORBIDDEN) {
            if (exactlyOnce || !each.onlyExactlyOnce()) {
                if (isPresent(method, each.annotation())
                        || (each.alsoOnClass() && isPresent(beanClass, each.annotation()))) {
                    String simple =
                            "@" + each.annotation().substring(each.annotation().lastIndexOf('.') + 1);
                    throw refused(method, "is %s, which %s".formatted(simple, each.effect()), simple);
                }
            }
        }
        requireCaching(method, declaredCaching, "@Cacheable");
        requireTransaction(method, declaredTransactions, "@Transactional");
    }

    private static boolean isPresent(AnnotatedElement element, String annotation) {
        return MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY).isPresent(annotation);
    }

    private boolean applies(Advisor advisor, Method method) {
        return advisor instanceof PointcutAdvisor pointcut
                && pointcut.getPointcut().getClassFilter().matches(beanClass)
                && MethodMatchers.matches(pointcut.getPointcut().getMethodMatcher(), method, beanClass, false);
    }

    private void requireAdvised(Method method, Advice advice) {
        String interceptor = "the interceptor " + advice.getClass().getSimpleName();
        if (advice instanceof AsyncExecutionAspectSupport) {
            throw refused(method, "is behind %s, which %s".formatted(interceptor, ANOTHER_THREAD), interceptor);
        }
        if (advice instanceof AbstractRetryInterceptor && exactlyOnce) {
            throw refused(method, "is behind %s, which %s".formatted(interceptor, AGAIN), interceptor);
        }
        if (advice instanceof CacheAspectSupport caching) {
            requireCaching(method, caching.getCacheOperationSource(), interceptor);
        }
        if (advice instanceof TransactionAspectSupport transaction) {
            requireTransaction(method, transaction.getTransactionAttributeSource(), interceptor);
        }
    }

    private void requireCaching(Method method, @Nullable CacheOperationSource source, String what) {
        var operations = source == null ? null : source.getCacheOperations(method, beanClass);
        if (operations != null && operations.stream().anyMatch(CacheableOperation.class::isInstance)) {
            throw refused(method, "is cached by %s, which %s".formatted(what, LEFT_OUT), what);
        }
    }

    private void requireTransaction(Method method, @Nullable TransactionAttributeSource source, String what) {
        String problem =
                source == null ? null : transactions.problem(source.getTransactionAttribute(method, beanClass));
        if (problem != null) {
            throw refused(method, "has a transaction of %s %s".formatted(what, problem), null);
        }
    }

    private InvalidDeclarationException refused(Method method, String problem, @Nullable String remove) {
        return InvalidDeclarationException.ofProjection(
                beanClass,
                "The handler %s of the projection %s %s.%s"
                        .formatted(
                                method,
                                beanClass.getName(),
                                problem,
                                remove == null ? "" : " Remove %s from it.".formatted(remove)));
    }
}
