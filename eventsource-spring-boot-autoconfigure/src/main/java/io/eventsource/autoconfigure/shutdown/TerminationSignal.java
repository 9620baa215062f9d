package io.eventsource.autoconfigure.shutdown;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;

/**
 * SIGTERM, as the JVM lets a program handle it: by classes that the JDK supports and that belong to no standard, so that they are
 * looked up when the application runs. A handler runs in a thread of its own.
 */
final class TerminationSignal {

    private final Class<?> handlerType;
    private final Object signal;
    private final Method handle;

    /**
     * Looks the classes up.
     *
     * @throws ReflectiveOperationException when this JVM does not have them
     */
    TerminationSignal() throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        handlerType = Class.forName("sun.misc.SignalHandler");
        signal = signalType.getConstructor(String.class).newInstance("TERM");
        handle = signalType.getMethod("handle", signalType, handlerType);
    }

    /** What {@link #handleBy} takes. */
    Object handler(Runnable action) {
        return Proxy.newProxyInstance(
                TerminationSignal.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == handlerType) {
                        action.run();
                    }
                    return null;
                });
    }

    /**
     * Has the signal handled by another than before.
     *
     * @return who handled it before
     * @throws InvocationTargetException when somebody else has the signal, as with {@code -Xrs}
     */
    Object handleBy(Object handler) throws ReflectiveOperationException {
        return Objects.requireNonNull(handle.invoke(null, signal, handler));
    }
}
