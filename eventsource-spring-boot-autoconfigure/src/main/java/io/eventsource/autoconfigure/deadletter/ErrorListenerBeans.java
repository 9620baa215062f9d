package io.eventsource.autoconfigure.deadletter;

import io.eventsource.error.ErrorListener;
import io.eventsource.error.ErrorListeners;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Registers the application's error listeners, when everything is made: one may want to pause a subscription. */
final class ErrorListenerBeans implements SmartInitializingSingleton {

    private final ErrorListeners listeners;
    private final ObjectProvider<ErrorListener> beans;

    ErrorListenerBeans(ErrorListeners listeners, ObjectProvider<ErrorListener> beans) {
        this.listeners = listeners;
        this.beans = beans;
    }

    @Override
    public void afterSingletonsInstantiated() {
        beans.orderedStream().forEach(listeners::onError);
    }
}
