package io.eventsource.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.interceptor.ConcurrencyThrottleInterceptor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.aop.target.AbstractLazyCreationTargetSource;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.Caching;
import org.springframework.cache.interceptor.CacheInterceptor;
import org.springframework.cache.interceptor.NameMatchCacheOperationSource;
import org.springframework.context.event.EventListener;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.resilience.retry.MethodRetrySpec;
import org.springframework.resilience.retry.SimpleRetryInterceptor;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/** Which declarations and interceptors are refused at a handler, and which are not. */
class HandlerRulesTests {

    private static void assertRefused(Object bean, String... told) {
        assertThatExceptionOfType(InvalidProjectionException.class)
                .as(bean.getClass().getSimpleName())
                .isThrownBy(() -> MethodEventHandlers.of(bean, TestEvents.registry()))
                .withMessageContainingAll(told);
    }

    private static void assertAccepted(Object bean) {
        assertThatCode(() -> MethodEventHandlers.of(bean, TestEvents.registry()))
                .as(bean.getClass().getSimpleName())
                .doesNotThrowAnyException();
    }

    @Nested
    class AnotherThread {

        @Projection("p")
        public static class OnTheMethod {
            @Async
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Async
        @Projection("p")
        public static class OnTheClass {
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Async("pool")
        @Target(ElementType.METHOD)
        @Retention(RetentionPolicy.RUNTIME)
        @interface InBackground {}

        @Projection("p")
        public static class Composed {
            @InBackground
            @EventHandler
            public void on(Deposited deposited) {}
        }

        interface Handling {
            @Async
            void on(Deposited deposited);
        }

        @Projection("p")
        public static class OnTheInterface implements Handling {
            @Override
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Async
        public static class AsyncBase {
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class OnTheSuperclass extends AsyncBase {}

        @Projection("p")
        public static class OnTheReset {
            @EventHandler
            public void on(Deposited deposited) {}

            @Async
            @ResetHandler
            public void reset() {}
        }

        @Projection("p")
        public static class OfJakarta {
            @jakarta.enterprise.concurrent.Asynchronous
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection(value = "p", delivery = Delivery.AT_LEAST_ONCE)
        public static class AtLeastOnce {
            @Async
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Test
        void is_refused_however_it_is_declared() {
            for (Object bean : List.of(
                    new OnTheMethod(),
                    new OnTheClass(),
                    new Composed(),
                    new OnTheInterface(),
                    new OnTheSuperclass(),
                    new AtLeastOnce())) {
                assertRefused(bean, "Deposited", "is @Async, which runs it in another thread", "Remove @Async");
            }
            assertRefused(new OnTheReset(), "reset()", "is @Async");
            assertRefused(new OfJakarta(), "is @Asynchronous");
        }

        @Projection("p")
        public static class OfAFuture {
            @EventHandler
            public CompletableFuture<Void> on(Deposited deposited) {
                return CompletableFuture.completedFuture(null);
            }
        }

        @Projection("p")
        public static class Suspending {
            @EventHandler
            public @Nullable Object on(Deposited deposited, Object continuation) {
                return null;
            }
        }

        @Test
        void is_refused_by_what_is_returned() {
            assertRefused(new OfAFuture(), "must return void");
            assertRefused(new Suspending(), "must return void");
        }

        @Test
        void is_refused_when_only_an_interceptor_does_it() {
            Advisor async = named("on", new AsyncExecutionInterceptor(Runnable::run));
            Object proxied = proxied(new Plain(), async);

            assertRefused(proxied, "AsyncExecutionInterceptor, which runs it in another thread");
            assertRefused(proxied(proxied), "AsyncExecutionInterceptor");
            assertAccepted(proxied(new Plain(), named("other", new AsyncExecutionInterceptor(Runnable::run))));
        }
    }

    @Projection("p")
    public static class Plain {
        @EventHandler
        public void on(Deposited deposited) {}

        public void other() {}
    }

    private static Advisor named(String method, org.aopalliance.aop.Advice advice) {
        NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
        pointcut.setMappedName(method);
        return new DefaultPointcutAdvisor(pointcut, advice);
    }

    private static Object proxied(Object bean, Advisor... advisors) {
        ProxyFactory factory = new ProxyFactory(bean);
        factory.setProxyTargetClass(true);
        factory.addAdvisors(advisors);
        return factory.getProxy();
    }

    @Nested
    class AnotherTransaction {

        @Projection("p")
        public static class Own {
            @Transactional(propagation = Propagation.REQUIRES_NEW)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Transactional(propagation = Propagation.NOT_SUPPORTED)
        @Projection("p")
        public static class None {
            @EventHandler
            void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class Never {
            @Transactional(propagation = Propagation.NEVER)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class Serializable {
            @Transactional(isolation = Isolation.SERIALIZABLE)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class Timed {
            @Transactional(timeoutString = "5")
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class ReadOnly {
            @Transactional(readOnly = true)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class OwnReset {
            @EventHandler
            public void on(Deposited deposited) {}

            @Transactional(propagation = Propagation.REQUIRES_NEW)
            @ResetHandler
            public void reset() {}
        }

        @Test
        void or_what_only_the_beginning_of_one_could_give_is_refused() {
            assertRefused(new Own(), "propagation REQUIRES_NEW", "would not commit together", "REQUIRED");
            assertRefused(new OwnReset(), "reset()", "propagation REQUIRES_NEW");
            assertRefused(new None(), "propagation NOT_SUPPORTED");
            assertRefused(new Never(), "propagation NEVER: it fails");
            assertRefused(new Serializable(), "asks for an isolation level", "has no effect");
            assertRefused(new Timed(), "asks for a timeout", "batch.timeout");
            assertRefused(new ReadOnly(), "asks for read-only");
        }

        @Test
        void is_refused_when_only_an_interceptor_configured_elsewhere_begins_it() {
            TransactionInterceptor interceptor = new TransactionInterceptor();
            Properties attributes = new Properties();
            attributes.setProperty("on*", "PROPAGATION_REQUIRES_NEW");
            interceptor.setTransactionAttributes(attributes);

            assertRefused(
                    proxied(new Plain(), new DefaultPointcutAdvisor(interceptor)),
                    "a transaction of the interceptor TransactionInterceptor with the propagation REQUIRES_NEW");
        }

        @Transactional(rollbackFor = Exception.class, noRollbackFor = IllegalStateException.class)
        @Projection("p")
        public static class Joining {
            @EventHandler
            public void on(Deposited deposited) {}

            @Transactional(propagation = Propagation.MANDATORY)
            @ResetHandler
            public void reset() {}
        }

        @Projection("p")
        public static class WithinASavepoint {
            @Transactional(propagation = Propagation.NESTED)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection(value = "p", delivery = Delivery.AT_LEAST_ONCE)
        public static class Elsewhere {
            @Transactional(propagation = Propagation.REQUIRES_NEW, isolation = Isolation.SERIALIZABLE, timeout = 3)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Test
        void is_none_where_the_handler_joins_or_declares_at_least_once() {
            assertAccepted(new Joining());
            assertAccepted(new WithinASavepoint());
            assertAccepted(new Elsewhere());
        }

        @Projection(value = "p", delivery = Delivery.AT_LEAST_ONCE)
        public static class MandatoryWithoutAny {
            @Transactional(propagation = Propagation.MANDATORY)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection(value = "p", delivery = Delivery.AT_LEAST_ONCE, transactionManager = "mine")
        public static class NeverWithinMine {
            @Transactional(propagation = Propagation.NEVER)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Test
        void that_would_fail_with_each_event_is_refused_with_at_least_once_too() {
            assertRefused(new MandatoryWithoutAny(), "propagation MANDATORY", "there is no transaction around it");
            assertRefused(new NeverWithinMine(), "propagation NEVER");
        }
    }

    @Nested
    class NotOnceForEachEvent {

        @Projection("p")
        public static class Repeated {
            @Retryable
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class Cached {
            @Cacheable("deposits")
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Caching(cacheable = @Cacheable("deposits"))
        @Projection("p")
        public static class CachedByClass {
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class Evicting {
            @CacheEvict(value = "deposits", allEntries = true)
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class Listening {
            @EventListener
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class ListeningAfterCommit {
            @TransactionalEventListener
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class ScheduledReset {
            @EventHandler
            public void on(Deposited deposited) {}

            @Scheduled(fixedRate = 1)
            @Scheduled(cron = "@daily")
            @ResetHandler
            public void reset() {}
        }

        @Test
        void is_refused() {
            assertRefused(new Repeated(), "is @Retryable, which runs it again", "maxRetries");
            assertRefused(new Cached(), "is cached by @Cacheable, which leaves it out");
            assertRefused(new CachedByClass(), "is cached by @Cacheable");
            assertRefused(new Listening(), "is @EventListener, which has it called a second time");
            assertRefused(new ListeningAfterCommit(), "is @EventListener");
            assertRefused(new ScheduledReset(), "reset()", "is @Scheduled");
        }

        @Test
        void is_refused_when_only_an_interceptor_does_it() {
            SimpleRetryInterceptor retry = new SimpleRetryInterceptor(
                    new MethodRetrySpec((method, failure) -> true, 3, java.time.Duration.ZERO));
            CacheInterceptor cache = new CacheInterceptor();
            NameMatchCacheOperationSource source = new NameMatchCacheOperationSource();
            var cacheable = new org.springframework.cache.interceptor.CacheableOperation.Builder();
            cacheable.setCacheName("deposits");
            source.addCacheMethod("on", List.of(cacheable.build()));
            cache.setCacheOperationSource(source);

            assertRefused(proxied(new Plain(), named("on", retry)), "SimpleRetryInterceptor, which runs it again");
            assertRefused(proxied(new Plain(), named("on", cache)), "CacheInterceptor, which leaves it out");
        }

        @Projection(value = "p", delivery = Delivery.AT_LEAST_ONCE)
        public static class RepeatedElsewhere {
            @Retryable
            @EventHandler
            public void on(Deposited deposited) {}
        }

        @Test
        void is_no_matter_where_an_interceptor_only_waits_evicts_or_repeats_effects_elsewhere() {
            assertAccepted(new Evicting());
            assertAccepted(new RepeatedElsewhere());
            assertAccepted(proxied(new Plain(), named("on", new ConcurrencyThrottleInterceptor(1))));
        }
    }

    @Nested
    class WrittenByHand {

        static class ByHand implements EventHandlers {
            @Override
            public String name() {
                return "by hand";
            }

            @Override
            public Set<String> eventTypes() {
                return Set.of("deposited");
            }

            @Override
            public void handle(EventEnvelope<Object> event) {}
        }

        @Async
        static class AsyncByHand extends ByHand {}

        static class OwnTransaction extends ByHand {
            @Override
            @Transactional(propagation = Propagation.REQUIRES_NEW)
            public void handleAll(List<EventEnvelope<Object>> events) {}
        }

        private void assertRefusedByHand(EventHandlers handlers, String... told) {
            assertThatExceptionOfType(InvalidProjectionException.class)
                    .isThrownBy(() -> InsideBatch.require(handlers))
                    .withMessageContainingAll(told);
            assertThatExceptionOfType(InvalidProjectionException.class)
                    .isThrownBy(
                            () -> InterceptedEventHandlers.of(handlers, List.of((each, events, call) -> call.run())));
            assertThatExceptionOfType(InvalidProjectionException.class)
                    .isThrownBy(() -> new SubscriptionDefinition(handlers, SubscriptionSettings.defaults(), null));
        }

        @Test
        void is_refused_by_the_same_rules() {
            ProxyFactory factory = new ProxyFactory(new ByHand());
            factory.addAdvisor(named("handleAll", new AsyncExecutionInterceptor(Runnable::run)));

            assertRefusedByHand(new AsyncByHand(), "handle(", "is @Async");
            assertRefusedByHand(new OwnTransaction(), "handleAll(", "propagation REQUIRES_NEW");
            assertRefusedByHand((EventHandlers) factory.getProxy(), "AsyncExecutionInterceptor");
            assertThatCode(() -> InsideBatch.require(new ByHand())).doesNotThrowAnyException();
        }
    }

    @Nested
    class BehindAProxy {

        @Projection("p")
        public static class Final {
            @EventHandler
            public final void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class Private {
            @EventHandler
            @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // called by reflection
            private void on(Deposited deposited) {}
        }

        @Projection("p")
        public static class FinalReset {
            @EventHandler
            public void on(Deposited deposited) {}

            @ResetHandler
            public final void reset() {}
        }

        @Test
        void a_method_that_the_proxy_cannot_pass_on_is_refused() {
            assertRefused(proxied(new Final()), "is final and its bean has a class proxy");
            assertRefused(proxied(new FinalReset()), "reset()", "is final");
            assertRefused(proxied(new Private()), "cannot be called through the proxy of its bean");
            assertAccepted(new Final());
            assertAccepted(new Private());
        }

        @Test
        void a_target_that_is_not_there_outside_of_a_request_is_refused() {
            ProxyFactory factory = new ProxyFactory();
            factory.setTargetClass(Plain.class);
            factory.setProxyTargetClass(true);
            factory.setTargetSource(new AbstractLazyCreationTargetSource() {
                @Override
                protected Object createObject() {
                    throw new IllegalStateException("No thread-bound request found");
                }

                @Override
                public Class<?> getTargetClass() {
                    return Plain.class;
                }
            });

            assertRefused(factory.getProxy(), "No thread-bound request found", "Make it a singleton");
        }

        @Test
        void what_is_there_later_only_is_looked_at_too() {
            Object behind = proxied(new Plain(), named("on", new AsyncExecutionInterceptor(Runnable::run)));
            ProxyFactory factory = new ProxyFactory();
            factory.setProxyTargetClass(true);
            factory.setTargetSource(new AbstractLazyCreationTargetSource() {
                @Override
                protected Object createObject() {
                    return behind;
                }

                @Override
                public Class<?> getTargetClass() {
                    return Plain.class;
                }
            });

            assertRefused(factory.getProxy(), "AsyncExecutionInterceptor");
            assertThat(factory.getAdvisors()).isEmpty();
        }
    }
}
