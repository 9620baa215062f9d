package io.eventsource.projection;

import io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException;
import io.eventsource.projection.EventHandlers.Delivery;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Calls handlers through the proxy of their bean, and sees to it that they run in the thread and the transaction of the call. Thread-safe.
 *
 * <ol>
 *   <li>It stands at two places: outside of the proxy, where it notes in the thread that a call begins, and as the proxy's innermost
 *       interceptor, right before the handler.
 *   <li>Where the inner side finds no call in its thread, but one under way elsewhere with the same argument, an interceptor in between has
 *       passed the call on to another thread: the handler is not run. Anybody else may call the method whenever they like.
 *   <li>Where it finds another transaction than the call began in, the handler is not run either (exactly-once delivery only).
 *   <li>A handler that has failed is not run again within the call: what it wrote before would stay in the transaction (exactly-once delivery
 *       only). A failure is thrown, even if an interceptor has caught it.
 *   <li>A call that returns although the handler has not run fails.
 * </ol>
 */
final class BatchCalls implements MethodInterceptor {

    /** Calls that are over, went elsewhere and never arrived are forgotten beyond this number. */
    private static final int MAX_ASTRAY = 1_000;

    private final Delivery delivery;
    /** Of this bean alone: a handler may call other beans with handlers. Empty between calls. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable Call> current = new ThreadLocal<>();

    private final Set<Call> notReached = ConcurrentHashMap.newKeySet();

    private BatchCalls(Delivery delivery) {
        this.delivery = delivery;
    }

    /** One call. By identity. */
    private static final class Call {

        private final Method method;

        /** Weak: a call that never arrives must not keep its events. Null when the method takes nothing. */
        private final @Nullable WeakReference<Object> argument;

        private final @Nullable String transaction = TransactionSynchronizationManager.getCurrentTransactionName();
        private final boolean transactional = TransactionSynchronizationManager.isActualTransactionActive();
        private volatile boolean over;
        private boolean running;
        private boolean ended;
        private @Nullable Throwable failure;
        private @Nullable HandlerOutsideBatchException refusal;

        private Call(Method method, Object[] arguments) {
            this.method = method;
            this.argument = arguments.length == 0 ? null : new WeakReference<>(arguments[0]);
        }

        @SuppressWarnings("ReferenceEquality") // equal events are different events
        private boolean isFor(MethodInvocation invocation) {
            Object[] arguments = invocation.getArguments();
            return method.getName().equals(invocation.getMethod().getName())
                    && (arguments.length == 0 ? argument == null : argument != null && argument.get() == arguments[0]);
        }

        /** The manager of a batch names its transactions by one object; a transaction of another has another name or none. */
        @SuppressWarnings("ReferenceEquality")
        private boolean inItsTransaction() {
            return TransactionSynchronizationManager.getCurrentTransactionName() == transaction
                    && TransactionSynchronizationManager.isActualTransactionActive() == transactional;
        }
    }

    /**
     * Watches the calls of a proxied bean.
     *
     * @param proxies the proxies of the bean that are never replaced, the outermost first
     * @param beanClass the class of the bean
     * @param methods its handlers
     * @return null when there is no proxy that an interceptor can be added to
     */
    static @Nullable BatchCalls within(
            Iterable<Advised> proxies, Class<?> beanClass, Set<Method> methods, Delivery delivery) {
        Advised innermost = null;
        for (Advised proxy : proxies) {
            innermost = proxy.isFrozen() ? innermost : proxy;
        }
        if (innermost == null) {
            return null;
        }
        for (var advisor : innermost.getAdvisors()) {
            if (advisor.getAdvice() instanceof BatchCalls before) {
                return before;
            }
        }
        BatchCalls calls = new BatchCalls(delivery);
        innermost.addAdvisor(innermost.getAdvisorCount(), new Innermost(calls, beanClass, methods));
        return calls;
    }

    /** Applies to the handlers alone. */
    private static final class Innermost extends StaticMethodMatcherPointcutAdvisor {

        private static final long serialVersionUID = 1L;

        private final transient Class<?> beanClass;
        private final transient Set<Method> methods;

        private Innermost(BatchCalls calls, Class<?> beanClass, Set<Method> methods) {
            super(calls);
            this.beanClass = beanClass;
            this.methods = methods;
        }

        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            // the target may be a proxy itself, of another class
            return methods.contains(AopUtils.getMostSpecificMethod(method, beanClass));
        }
    }

    /** Calls a method of the proxy. */
    void call(Method method, Object bean, Object... arguments)
            throws InvocationTargetException, IllegalAccessException {
        Call call = new Call(method, arguments);
        if (notReached.size() >= MAX_ASTRAY) {
            notReached.removeIf(each -> each.over);
        }
        notReached.add(call);
        current.set(call);
        boolean returned = false;
        try {
            method.invoke(bean, arguments);
            returned = true;
        } catch (InvocationTargetException thrown) {
            // where it is not run, but not under way either, another thread has come by it
            boolean astray = !call.ended && call.refusal == null && !notReached.contains(call);
            throw new InvocationTargetException(
                    astray ? elsewhere(call.method) : failure(call, thrown.getTargetException()));
        } finally {
            current.remove();
            call.over = true;
        }
        if (returned && (call.failure != null || call.refusal != null || !call.ended)) {
            throw new InvocationTargetException(failure(call, null));
        }
    }

    private static Throwable failure(Call call, @Nullable Throwable thrown) {
        if (call.refusal != null) {
            return call.refusal;
        }
        if (thrown != null) {
            return thrown;
        }
        return call.failure != null ? call.failure : elsewhere(call.method);
    }

    private static HandlerOutsideBatchException elsewhere(Method method) {
        return HandlerOutsideBatchException.aroundHandler(
                "The handler %s was not run in the thread of its batch: an interceptor of its bean passed the call on to another thread, or left it out. Take the interceptor off this method: the checkpoint would move past events that were not handled."
                        .formatted(method));
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Call call = current.get();
        if (call == null) {
            Optional<Call> astray =
                    notReached.stream().filter(each -> each.isFor(invocation)).findFirst();
            if (astray.filter(notReached::remove).isPresent()) {
                throw elsewhere(astray.get().method);
            }
            return invocation.proceed();
        }
        return call.running ? invocation.proceed() : run(call, invocation);
    }

    private @Nullable Object run(Call call, MethodInvocation invocation) throws Throwable {
        notReached.remove(call);
        if (delivery == Delivery.EXACTLY_ONCE) {
            if (call.failure != null) {
                throw call.failure;
            }
            if (call.ended) {
                throw refuse(call, "was run twice for the same event: an interceptor of its bean repeats the call");
            }
            if (!call.inItsTransaction()) {
                throw refuse(
                        call,
                        "was called in %s, not in the transaction of its batch: an interceptor of its bean begins or suspends transactions"
                                .formatted(transaction()));
            }
        }
        call.running = true;
        call.failure = null;
        try {
            return invocation.proceed();
        } catch (Throwable failure) {
            call.failure = failure;
            throw failure;
        } finally {
            call.running = false;
            call.ended = true;
        }
    }

    private static String transaction() {
        return TransactionSynchronizationManager.isActualTransactionActive()
                ? "the transaction '%s'"
                        .formatted(Objects.requireNonNullElse(
                                TransactionSynchronizationManager.getCurrentTransactionName(), "without a name"))
                : "no transaction";
    }

    private static HandlerOutsideBatchException refuse(Call call, String what) {
        call.refusal = HandlerOutsideBatchException.aroundHandler(
                "The handler %s %s. Take the interceptor off this method, or declare the projection's delivery as at least once."
                        .formatted(call.method, what));
        return call.refusal;
    }
}
