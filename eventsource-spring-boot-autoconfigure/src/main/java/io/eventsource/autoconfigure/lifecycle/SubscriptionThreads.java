package io.eventsource.autoconfigure.lifecycle;

import java.util.concurrent.ThreadFactory;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Makes the threads in which events are handled. */
public final class SubscriptionThreads {

    private SubscriptionThreads() {}

    /**
     * Virtual ones where the application asks for them and the JVM has them.
     *
     * @param environment says whether it asks for them
     * @return makes threads
     */
    public static ThreadFactory of(Environment environment) {
        return Threading.VIRTUAL.isActive(environment)
                ? new VirtualThreadTaskExecutor("eventsource-").getVirtualThreadFactory()
                : new CustomizableThreadFactory("eventsource-");
    }
}
