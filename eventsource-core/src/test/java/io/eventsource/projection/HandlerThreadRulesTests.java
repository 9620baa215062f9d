package io.eventsource.projection;

import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.TestEvents.Deposited;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.Advisor;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.scheduling.annotation.Async;

/** Handlers that would run in another thread than their batch are refused. */
class HandlerThreadRulesTests extends HandlerRulesFixture {

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
