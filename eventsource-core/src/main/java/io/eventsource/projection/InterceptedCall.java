package io.eventsource.projection;

import io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What an interceptor is to call: once, in the thread in which it was called itself, and before it returns. */
final class InterceptedCall implements Runnable {

    private enum State {
        OPEN,
        RUN,
        OVER
    }

    private final Thread thread = Thread.currentThread();
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final Runnable call;
    private @Nullable Throwable failure;

    InterceptedCall(Runnable call) {
        this.call = call;
    }

    @Override
    public void run() {
        if (Thread.currentThread() != thread || !state.compareAndSet(State.OPEN, State.RUN)) {
            throw HandlerOutsideBatchException.aroundHandler(
                    "An interceptor of handlers made its call in another thread, a second time, or after it had returned. The handler is not run.");
        }
        try {
            call.run();
        } catch (RuntimeException | Error thrown) {
            failure = thrown;
            throw thrown;
        }
    }

    /** From now on the handler can no longer be run. */
    void leave() {
        state.compareAndSet(State.OPEN, State.OVER);
    }

    /** After the interceptor has returned normally. */
    void requireRun(HandlerInterceptor interceptor, String projection) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (state.get() != State.RUN) {
            throw HandlerOutsideBatchException.aroundHandler(
                    "The interceptor %s returned without having called the handler of '%s' in its thread. Have it make the call once, before it returns."
                            .formatted(interceptor.getClass().getName(), projection));
        }
    }
}
