package io.eventsource.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.TestEvents.Deposited;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.target.AbstractLazyCreationTargetSource;

/** Handlers behind proxies are judged by what the proxies do. */
class HandlerProxyRulesTests extends HandlerRulesFixture {

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
