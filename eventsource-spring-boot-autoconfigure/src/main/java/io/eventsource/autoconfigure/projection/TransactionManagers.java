package io.eventsource.autoconfigure.projection;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;

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
     * The one that the handlers name, the one for the store's data source, or the only one of the application.
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
        PlatformTransactionManager only = ofTheStore();
        if (only == null) {
            throw new EventSourceException(
                    "The projection '%s' needs the PlatformTransactionManager of the event store's data source, but there are %s, and not exactly one of them is for it. Name one in @Projection(transactionManager = …), or mark the right one with @Primary."
                            .formatted(handlers.name(), all()));
        }
        return only;
    }

    /** The application's only or primary one, unless it is for another data source; then the only one for the store's. */
    private @Nullable PlatformTransactionManager ofTheStore() {
        ObjectProvider<PlatformTransactionManager> managers =
                beanFactory.getBeanProvider(PlatformTransactionManager.class);
        PlatformTransactionManager usual = managers.getIfUnique();
        StoreDataSource store =
                beanFactory.getBeanProvider(StoreDataSource.class).getIfAvailable();
        if (store == null || (usual != null && !isForAnother(usual, store))) {
            return usual;
        }
        List<PlatformTransactionManager> fitting = managers.stream()
                .filter(manager -> resource(manager) != null && !isForAnother(manager, store))
                .toList();
        return fitting.size() == 1 ? fitting.get(0) : null;
    }

    private static boolean isForAnother(PlatformTransactionManager manager, StoreDataSource store) {
        DataSource own = resource(manager);
        return own != null
                && TransactionParticipation.target(own) != TransactionParticipation.target(store.dataSource());
    }

    /** Null where it is none of JDBC. */
    private static @Nullable DataSource resource(PlatformTransactionManager manager) {
        return manager instanceof ResourceTransactionManager transactions
                        && transactions.getResourceFactory() instanceof DataSource own
                ? own
                : null;
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
