package io.eventsource.autoconfigure.shutdown;

import io.eventsource.autoconfigure.lifecycle.LifecyclePhase;
import io.eventsource.subscription.GracefulShutdown;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Handles SIGTERM while the application runs: closes it and then exits, with 0 when it has stopped in order. The JVM does the same
 * by its shutdown hooks and exits with 143, whatever came of it; no hook can change that and let the others finish. These still run,
 * after the application was closed. An exit by code that is under way keeps its own code.
 */
final class SigtermExit implements SmartLifecycle {

    static final String PROPERTY = "eventsource.shutdown.exit-zero-on-sigterm";

    private static final int BY_SIGTERM = 128 + 15;

    private final ConfigurableApplicationContext context;
    private final ObjectProvider<GracefulShutdown> shutdown;
    private final IntConsumer exit;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private volatile @Nullable Installed installed;

    /** The signal and who handled it before. */
    private record Installed(TerminationSignal signal, Object before) {}

    SigtermExit(ConfigurableApplicationContext context, ObjectProvider<GracefulShutdown> shutdown, IntConsumer exit) {
        this.context = context;
        this.shutdown = shutdown;
        this.exit = exit;
    }

    @Override
    public void start() {
        try {
            TerminationSignal signal = new TerminationSignal();
            installed = new Installed(signal, signal.handleBy(signal.handler(this::terminate)));
        } catch (ReflectiveOperationException refused) {
            throw unusable(refused);
        }
    }

    private static RuntimeException unusable(ReflectiveOperationException cause) {
        RuntimeException unusable = new InvalidConfigurationPropertyValueException(
                PROPERTY,
                true,
                "This JVM does not let a program handle SIGTERM, as when it was started with -Xrs or without the module jdk.unsupported.");
        unusable.initCause(cause);
        return unusable;
    }

    private void terminate() {
        // asked again it goes on with what it does
        if (signalled.compareAndSet(false, true)) {
            Thread closing = new Thread(this::closeAndExit, "eventsource-sigterm");
            // else the JVM could end, with a code of its own, once the application's threads have
            closing.setDaemon(false);
            closing.start();
        }
    }

    /** Whatever fails, such as a context that somebody else has just closed, the process ends: nobody else answers the signal. */
    private void closeAndExit() {
        int code = BY_SIGTERM;
        try {
            GracefulShutdown stopping = shutdown.getIfAvailable();
            int asked = SpringApplication.exit(context);
            code = asked == 0 && !inOrder(stopping) ? BY_SIGTERM : asked;
        } finally {
            exit.accept(code);
        }
    }

    /** An application without subscriptions has nothing that could have been forced. */
    private static boolean inOrder(@Nullable GracefulShutdown stopping) {
        GracefulShutdown.Result result =
                stopping == null ? null : stopping.result().orElse(null);
        return result == null || (result.phase() == GracefulShutdown.Phase.STOPPED && !result.forced());
    }

    /** One who closes the application otherwise says himself how the process ends. */
    @Override
    public void stop() {
        Installed present = installed;
        if (present != null && !signalled.get()) {
            try {
                present.signal().handleBy(present.before());
            } catch (ReflectiveOperationException refused) {
                throw unusable(refused);
            }
        }
        installed = null;
    }

    @Override
    public boolean isRunning() {
        return installed != null;
    }

    /** When all else has started; until then the JVM ends as ever. */
    @Override
    public int getPhase() {
        return LifecyclePhase.LAST.value();
    }
}
