package io.eventsource.autoconfigure.projection;

import io.eventsource.EventSourceException;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.transaction.PlatformTransactionManager;

/** Finds the transaction managers that begin handlers' transactions. */
public final class TransactionManagers {

    private final ListableBeanFactory beanFactory;

    /**
     * Creates it.
     *
     * @param beanFactory has the transaction managers
     */
    public TransactionManagers(ListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /**
     * The one that the handlers name, or the only one of the application.
     *
     * @param handlers whose batches it begins
     * @return the transaction manager; null with at-least-once delivery for none
     * @throws EventSourceException when there is none, or more than one
     */
    public @Nullable PlatformTransactionManager of(EventHandlers handlers) {
        String name = handlers.transactionManager();
        if (name != null) {
            return named(handlers, name);
        }
        if (handlers.delivery() == Delivery.AT_LEAST_ONCE) {
            return null;
        }
        PlatformTransactionManager only =
                beanFactory.getBeanProvider(PlatformTransactionManager.class).getIfUnique();
        if (only == null) {
            throw new EventSourceException(
                    "The projection '%s' needs the PlatformTransactionManager of the event store's data source, but there are %s. Name it in @Projection(transactionManager = …), or mark the right one with @Primary."
                            .formatted(handlers.name(), all()));
        }
        return only;
    }

    private PlatformTransactionManager named(EventHandlers handlers, String name) {
        try {
            return beanFactory.getBean(name, PlatformTransactionManager.class);
        } catch (NoSuchBeanDefinitionException missing) {
            throw new EventSourceException(
                    "The projection '%s' names the transaction manager '%s', but there are only %s."
                            .formatted(handlers.name(), name, all()),
                    missing);
        }
    }

    private Set<String> all() {
        return new TreeSet<>(List.of(beanFactory.getBeanNamesForType(PlatformTransactionManager.class)));
    }
}
