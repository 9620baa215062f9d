package io.eventsource.projection;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.interceptor.ConcurrencyThrottleInterceptor;
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
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;

/** Which declarations and interceptors are refused at a handler, and which are not. */
class HandlerRulesTests extends HandlerRulesFixture {

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
            assertThatExceptionOfType(InvalidDeclarationException.class)
                    .isThrownBy(() -> InsideBatch.require(handlers))
                    .withMessageContainingAll(told);
            assertThatExceptionOfType(InvalidDeclarationException.class)
                    .isThrownBy(
                            () -> InterceptedEventHandlers.of(handlers, List.of((each, events, call) -> call.run())));
            assertThatExceptionOfType(InvalidDeclarationException.class)
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
}
