package io.eventsource.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventRevision;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.AccountEvent;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Nameless;
import io.eventsource.testing.TestEvents.Noted;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;

class MethodEventHandlersTests {

    private static final EventRegistry REGISTRY = TestEvents.registry();

    private static EventEnvelope<Object> event(String type, Object payload) {
        return new EventEnvelope<>(
                new EventHeader(
                        1,
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        "account",
                        1,
                        new EventRevision(type, 1),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none()),
                payload);
    }

    static class Base {
        final List<Object> seen = new ArrayList<>();

        @EventHandler
        void noted(Noted noted, EventEnvelope<Noted> envelope) {
            seen.add(noted.text() + envelope.version());
        }
    }

    @Projection("accounts")
    static class Accounts extends Base {

        @EventHandler
        void deposited(Deposited deposited) {
            seen.add(deposited);
        }

        @EventHandler
        @SuppressWarnings("UnusedMethod") // called by reflection
        private void withdrawn(EventEnvelope<Withdrawn> envelope) {
            seen.add(envelope.payload());
        }
    }

    @Test
    void each_form_of_handler_is_called_inherited_and_private_ones_too() {
        Accounts accounts = new Accounts();
        MethodEventHandlers handlers = MethodEventHandlers.of(accounts, REGISTRY);

        assertThat(handlers.name()).isEqualTo("accounts");
        assertThat(handlers.eventTypes()).containsExactlyInAnyOrder("deposited", "withdrawn", "noted");
        handlers.handle(event("deposited", new Deposited(1)));
        handlers.handle(event("withdrawn", new Withdrawn(2)));
        handlers.handle(event("noted", new Noted("x")));

        assertThat(accounts.seen).containsExactly(new Deposited(1), new Withdrawn(2), "x1");
        assertThat(MethodEventHandlers.existIn(Accounts.class)).isTrue();
        assertThat(MethodEventHandlers.existIn(Object.class)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> handlers.handle(event("measured", "x")))
                .withMessageContaining("measured");
    }

    @Projection("all")
    static class AllAccountEvents {
        final List<Object> seen = new ArrayList<>();

        @EventHandler
        public void on(AccountEvent event) {
            seen.add(event);
        }
    }

    @Test
    void a_handler_of_a_supertype_takes_every_event_below_it() {
        AllAccountEvents all = new AllAccountEvents();
        MethodEventHandlers handlers = MethodEventHandlers.of(all, REGISTRY);
        assertThat(handlers.eventTypes()).containsExactlyInAnyOrder("deposited", "withdrawn");
        handlers.handle(event("withdrawn", new Withdrawn(2)));
        assertThat(all.seen).containsExactly(new Withdrawn(2));
    }

    @Test
    void a_proxied_bean_is_called_through_its_proxy() {
        AllAccountEvents target = new AllAccountEvents();
        List<String> intercepted = new ArrayList<>();
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        factory.addAdvice((org.aopalliance.intercept.MethodInterceptor) invocation -> {
            intercepted.add(invocation.getMethod().getName());
            return invocation.proceed();
        });

        MethodEventHandlers.of(factory.getProxy(), REGISTRY).handle(event("deposited", new Deposited(1)));

        assertThat(intercepted).containsExactly("on");
        assertThat(target.seen).containsExactly(new Deposited(1));
    }

    @Projection("failing")
    static class Failing {

        @EventHandler
        void on(Deposited deposited) throws IOException {
            if (deposited.amount() > 0) {
                throw new IOException("disk");
            }
            throw new IllegalStateException("state");
        }
    }

    @Test
    void what_a_handler_throws_arrives_as_it_was_or_as_cause() {
        MethodEventHandlers handlers = MethodEventHandlers.of(new Failing(), REGISTRY);
        assertThatThrownBy(() -> handlers.handle(event("deposited", new Deposited(1))))
                .isInstanceOf(EventHandlerException.class)
                .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> handlers.handle(event("deposited", new Deposited(0))))
                .isExactlyInstanceOf(IllegalStateException.class);
    }

    static class WithoutName {
        @EventHandler
        void on(Deposited deposited) {}
    }

    @Projection("none")
    static class WithoutHandler {}

    @Projection("twice")
    static class TwoForOne {
        @EventHandler
        void one(Deposited deposited) {}

        @EventHandler
        void all(AccountEvent event) {}
    }

    @Projection("returning")
    static class Returning {
        @EventHandler
        String on(Deposited deposited) {
            return "x";
        }
    }

    @Projection("swapped")
    static class Swapped {
        @EventHandler
        void on(EventEnvelope<Deposited> envelope, Deposited deposited) {}
    }

    @Projection("unregistered")
    static class Unregistered {
        @EventHandler
        void on(Nameless nameless) {}
    }

    @Projection("empty")
    static class Parameterless {
        @EventHandler
        void on() {}
    }

    @Projection(value = "patient", maxRetries = 7, retryDelay = "2s")
    static class Patient extends Base {}

    @Projection(value = "never", maxRetries = 0, retryDelay = "PT0.25S")
    static class Impatient extends Base {}

    @Test
    void retries_are_those_of_the_annotation_and_unset_without_it() {
        MethodEventHandlers patient = MethodEventHandlers.of(new Patient(), REGISTRY);
        MethodEventHandlers impatient = MethodEventHandlers.of(new Impatient(), REGISTRY);
        MethodEventHandlers silent = MethodEventHandlers.of(new Accounts(), REGISTRY);

        assertThat(patient.maxRetries()).isEqualTo(7);
        assertThat(patient.retryDelay()).isEqualTo(Duration.ofSeconds(2));
        assertThat(impatient.maxRetries()).isZero();
        assertThat(impatient.retryDelay()).isEqualTo(Duration.ofMillis(250));
        assertThat(silent.maxRetries()).isNull();
        assertThat(silent.retryDelay()).isNull();
    }

    @Projection(value = "bad", maxRetries = -2)
    static class TooFewRetries extends Base {}

    @Projection(value = "bad", maxRetries = 1_001)
    static class TooManyRetries extends Base {}

    @Projection(value = "bad", retryDelay = "0ms")
    static class WithoutDelay extends Base {}

    @Projection(value = "bad", retryDelay = "soon")
    static class UnreadableDelay extends Base {}

    @Test
    void retries_out_of_bounds_are_refused_with_what_they_are() {
        for (Object bad :
                List.of(new TooFewRetries(), new TooManyRetries(), new WithoutDelay(), new UnreadableDelay())) {
            assertThatExceptionOfType(InvalidDeclarationException.class)
                    .as(bad.getClass().getSimpleName())
                    .isThrownBy(() -> MethodEventHandlers.of(bad, REGISTRY))
                    .withMessageContainingAll("'bad'", bad.getClass().getSimpleName())
                    .withMessageMatching(".*(maxRetries.*(-2|1001)|retryDelay.*'(0ms|soon)')\\.");
        }
    }

    @Test
    void projections_that_cannot_work_are_refused_with_class_and_reason() {
        for (Object bad : List.of(
                new WithoutName(),
                new WithoutHandler(),
                new TwoForOne(),
                new Returning(),
                new Swapped(),
                new Unregistered(),
                new Parameterless())) {
            assertThatExceptionOfType(InvalidDeclarationException.class)
                    .as(bad.getClass().getSimpleName())
                    .isThrownBy(() -> MethodEventHandlers.of(bad, REGISTRY))
                    .satisfies(refusal -> assertThat(refusal.declaredClass()).isEqualTo(bad.getClass()))
                    .withMessageContaining(bad.getClass().getSimpleName());
        }
    }
}
