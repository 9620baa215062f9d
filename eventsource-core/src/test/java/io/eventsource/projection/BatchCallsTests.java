package io.eventsource.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.target.HotSwappableTargetSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What interceptors of the application's own can do to a handler. */
class BatchCallsTests {

    private final ExecutorService elsewhere = Executors.newSingleThreadExecutor();
    private final List<Object> handled = new ArrayList<>();
    private final List<Future<?>> passedOn = new ArrayList<>();

    @AfterEach
    void end() {
        elsewhere.shutdownNow();
        TransactionSynchronizationManager.clear();
    }

    private static EventEnvelope<Object> deposited(long amount) {
        return new EventEnvelope<>(
                new EventHeader(
                        1,
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        "account",
                        1,
                        new EventRevision("deposited", 1),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none()),
                new Deposited(amount));
    }

    @Projection("p")
    public static class Recording {
        private final List<Object> handled;

        Recording(List<Object> handled) {
            this.handled = handled;
        }

        @EventHandler
        public void on(Deposited deposited) {
            handled.add(deposited.amount());
            if (deposited.amount() < 0) {
                throw new IllegalStateException("negative");
            }
        }

        @ResetHandler
        public void reset() {
            handled.clear();
        }
    }

    @Projection(value = "p", delivery = Delivery.AT_LEAST_ONCE)
    public static class RecordingElsewhere extends Recording {
        RecordingElsewhere(List<Object> handled) {
            super(handled);
        }
    }

    private static Recording proxied(Recording bean, MethodInterceptor... interceptors) {
        ProxyFactory factory = new ProxyFactory(bean);
        for (MethodInterceptor each : interceptors) {
            factory.addAdvice(each);
        }
        factory.setProxyTargetClass(true);
        return (Recording) factory.getProxy();
    }

    private MethodEventHandlers handlers(MethodInterceptor... interceptors) {
        return MethodEventHandlers.of(proxied(new Recording(handled), interceptors), TestEvents.registry());
    }

    private void assertRefused(MethodEventHandlers handlers, EventEnvelope<Object> event, String... told) {
        assertThatExceptionOfType(HandlerOutsideBatchException.class)
                .isThrownBy(() -> handlers.handle(event))
                .withMessageContainingAll(told);
    }

    private void passOn(MethodInvocation invocation) {
        Future<?> task = elsewhere.submit(() -> {
            try {
                return invocation.proceed();
            } catch (Exception | Error failure) {
                throw failure;
            } catch (Throwable failure) {
                throw new IllegalStateException(failure);
            }
        });
        passedOn.add(task);
    }

    @Test
    void a_call_that_goes_to_another_thread_fails_and_the_handler_is_not_run() {
        MethodEventHandlers handlers = handlers(invocation -> {
            passOn(invocation);
            return null;
        });

        assertRefused(handlers, deposited(1), "Recording.on(", "passed the call on to another thread", "interceptor");

        assertThatThrownBy(passedOn.get(0)::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(HandlerOutsideBatchException.class);
        assertThat(handled).isEmpty();
    }

    @Test
    void so_does_one_whose_interceptor_waits_for_the_other_thread() {
        assertRefused(
                handlers(invocation -> {
                    passOn(invocation);
                    return passedOn.get(0).get();
                }),
                deposited(1),
                "another thread");
        assertThat(handled).isEmpty();
    }

    @Test
    void so_does_a_reset_that_goes_to_another_thread() {
        Runnable reset = handlers(invocation -> {
                    passOn(invocation);
                    return null;
                })
                .resetHandler();
        handled.add("kept");

        assertThatExceptionOfType(HandlerOutsideBatchException.class)
                .isThrownBy(() -> Objects.requireNonNull(reset).run());
        assertThatThrownBy(passedOn.get(0)::get).hasCauseInstanceOf(HandlerOutsideBatchException.class);
        assertThat(handled).containsExactly("kept");
    }

    @Test
    void a_call_that_is_left_out_fails() {
        assertRefused(handlers(invocation -> null), deposited(1), "left it out");
    }

    @Test
    void a_call_that_is_refused_by_an_interceptor_fails_with_its_exception() {
        IllegalArgumentException refusal = new IllegalArgumentException("no permit");
        MethodEventHandlers handlers = handlers(invocation -> {
            throw refusal;
        });

        assertThatThrownBy(() -> handlers.handle(deposited(1))).isSameAs(refusal);
    }

    @Test
    void a_failure_that_an_interceptor_catches_is_thrown_all_the_same() {
        MethodEventHandlers handlers = handlers(invocation -> {
            try {
                return invocation.proceed();
            } catch (IllegalStateException caught) {
                return null;
            }
        });

        assertThatThrownBy(() -> handlers.handle(deposited(-1)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("negative");
    }

    private static @Nullable Object repeat(MethodInvocation invocation) throws Throwable {
        MethodInvocation again = ((ProxyMethodInvocation) invocation).invocableClone();
        try {
            return invocation.proceed();
        } catch (IllegalStateException failure) {
            return again.proceed();
        }
    }

    @Test
    void a_handler_that_failed_is_not_run_again_in_the_same_transaction() {
        MethodEventHandlers handlers = handlers(BatchCallsTests::repeat);

        assertThatThrownBy(() -> handlers.handle(deposited(-1))).hasMessage("negative");
        assertThat(handled).containsExactly(-1L);
    }

    @Test
    void with_at_least_once_delivery_it_may_be_run_again() {
        MethodEventHandlers handlers = MethodEventHandlers.of(
                proxied(new RecordingElsewhere(handled), BatchCallsTests::repeat), TestEvents.registry());

        assertThatThrownBy(() -> handlers.handle(deposited(-1))).hasMessage("negative");
        assertThat(handled).containsExactly(-1L, -1L);
    }

    @Test
    void a_handler_is_not_run_twice_for_one_event() {
        MethodEventHandlers handlers = handlers(invocation -> {
            MethodInvocation again = ((ProxyMethodInvocation) invocation).invocableClone();
            invocation.proceed();
            return again.proceed();
        });

        assertRefused(handlers, deposited(1), "was run twice for the same event");
        assertThat(handled).containsExactly(1L);
    }

    private static @Nullable Object inAnother(String name, boolean active, MethodInvocation invocation)
            throws Throwable {
        String before = TransactionSynchronizationManager.getCurrentTransactionName();
        boolean activeBefore = TransactionSynchronizationManager.isActualTransactionActive();
        TransactionSynchronizationManager.setCurrentTransactionName(name);
        TransactionSynchronizationManager.setActualTransactionActive(active);
        try {
            return invocation.proceed();
        } finally {
            TransactionSynchronizationManager.setCurrentTransactionName(before);
            TransactionSynchronizationManager.setActualTransactionActive(activeBefore);
        }
    }

    @Test
    void a_handler_is_not_run_in_another_transaction_or_in_none() {
        TransactionSynchronizationManager.setCurrentTransactionName("batch");
        TransactionSynchronizationManager.setActualTransactionActive(true);

        assertRefused(
                handlers(invocation -> inAnother("mine", true, invocation)),
                deposited(1),
                "was called in the transaction 'mine', not in the transaction of its batch");
        assertRefused(
                handlers(invocation -> inAnother(new String("batch"), true, invocation)), deposited(1), "'batch'");
        assertRefused(
                handlers(invocation -> inAnother("batch", false, invocation)),
                deposited(1),
                "was called in no transaction");
        assertThat(handled).isEmpty();
    }

    @Test
    void others_may_call_the_methods_whenever_they_like() throws Exception {
        Recording bean = proxied(new Recording(handled), MethodInvocation::proceed);
        MethodEventHandlers handlers = MethodEventHandlers.of(bean, TestEvents.registry());
        MethodEventHandlers same = MethodEventHandlers.of(bean, TestEvents.registry());

        bean.on(new Deposited(1));
        elsewhere.submit(() -> bean.on(new Deposited(2))).get();
        handlers.handle(deposited(3));
        same.handle(deposited(4));

        assertThat(handled).containsExactly(1L, 2L, 3L, 4L);
        assertThatCode(bean::reset).doesNotThrowAnyException();
        assertThat(((Advised) bean).getAdvisorCount()).isEqualTo(2);
    }

    private static Recording refreshable(AtomicReference<Recording> target) {
        ProxyFactory factory = new ProxyFactory();
        factory.setProxyTargetClass(true);
        factory.setTargetSource(new TargetSource() {
            @Override
            public Class<?> getTargetClass() {
                return Recording.class;
            }

            @Override
            public boolean isStatic() {
                return false;
            }

            @Override
            public Object getTarget() {
                return Objects.requireNonNull(target.get());
            }

            @Override
            public void releaseTarget(Object released) {}
        });
        return (Recording) factory.getProxy();
    }

    @Test
    void a_target_that_is_replaced_is_watched_as_the_first_one_was() {
        AtomicReference<Recording> target =
                new AtomicReference<>(proxied(new Recording(handled), MethodInvocation::proceed));
        MethodEventHandlers handlers = MethodEventHandlers.of(refreshable(target), TestEvents.registry());

        handlers.handle(deposited(1));
        target.set(proxied(new Recording(handled), MethodInvocation::proceed));
        handlers.handle(deposited(2));
        target.set(new Recording(handled));
        handlers.handle(deposited(3));

        assertThat(handled).containsExactly(1L, 2L, 3L);
        assertThatThrownBy(() -> handlers.handle(deposited(-1))).hasMessage("negative");
    }

    @Test
    void a_refreshed_bean_with_an_interceptor_around_it_is_watched_too() {
        AtomicReference<Recording> target =
                new AtomicReference<>(proxied(new Recording(handled), MethodInvocation::proceed));
        Recording outer = proxied(refreshable(target), invocation -> null);
        MethodEventHandlers handlers = MethodEventHandlers.of(outer, TestEvents.registry());

        target.set(proxied(new Recording(handled), MethodInvocation::proceed));

        assertRefused(handlers, deposited(1), "left it out");
        assertThat(handled).isEmpty();
    }

    public interface Handling {
        void on(Deposited deposited);
    }

    @Projection("p")
    public static class ByInterface implements Handling {
        private final List<Object> handled;

        ByInterface(List<Object> handled) {
            this.handled = handled;
        }

        @Override
        @EventHandler
        public void on(Deposited deposited) {
            handled.add(deposited.amount());
        }
    }

    @Test
    void a_bean_that_is_called_by_its_interface_is_watched_behind_two_proxies() {
        HotSwappableTargetSource source = new HotSwappableTargetSource(new ByInterface(handled));
        MethodEventHandlers handlers =
                MethodEventHandlers.of(ProxyFactory.getProxy(Handling.class, source), TestEvents.registry());

        handlers.handle(deposited(1));
        source.swap(new ProxyFactory(new ByInterface(handled)).getProxy());
        handlers.handle(deposited(2));

        assertThat(handled).containsExactly(1L, 2L);
    }

    @Test
    void calls_that_never_arrive_do_not_keep_their_events() {
        IllegalArgumentException refusal = new IllegalArgumentException("no permit");
        MethodEventHandlers handlers = handlers(invocation -> {
            throw refusal;
        });
        List<WeakReference<Object>> payloads = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            EventEnvelope<Object> event = deposited(i);
            payloads.add(new WeakReference<>(event.payload()));
            assertThatThrownBy(() -> handlers.handle(event)).isSameAs(refusal);
        }

        await().untilAsserted(() -> {
            System.gc();
            assertThat(payloads).allMatch(payload -> payload.get() == null);
        });
    }

    @Test
    void a_call_under_way_is_not_forgotten_among_many_that_never_arrived() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        MethodEventHandlers handlers = handlers(invocation -> {
            if (((Deposited) Objects.requireNonNull(invocation.getArguments()[0])).amount() > 0) {
                begun.countDown();
                others.await();
                passOn(invocation);
                return passedOn.get(0).get();
            }
            throw new IllegalArgumentException("no permit");
        });
        ExecutorService segment = Executors.newSingleThreadExecutor();
        try {
            Future<?> underWay = segment.submit(() -> handlers.handle(deposited(1)));
            begun.await();
            for (int i = 0; i < 2_500; i++) {
                assertThatThrownBy(() -> handlers.handle(deposited(0))).hasMessage("no permit");
            }
            others.countDown();
            assertThatThrownBy(underWay::get).hasCauseInstanceOf(HandlerOutsideBatchException.class);
        } finally {
            others.countDown();
            segment.shutdownNow();
        }
        assertThat(handled).isEmpty();
    }
}
