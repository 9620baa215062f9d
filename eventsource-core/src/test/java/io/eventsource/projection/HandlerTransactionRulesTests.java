package io.eventsource.projection;

import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/** Handlers that would run in another transaction than their batch are refused. */
class HandlerTransactionRulesTests extends HandlerRulesFixture {

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
