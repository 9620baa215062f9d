package io.eventsource.autoconfigure.projection;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.projection.MethodEventHandlers;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.TransactionManagementConfigurer;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.support.ResourceTransactionManager;

/** Compares the transaction managers that {@code @Transactional} means at handlers with those of their batches. */
final class DeclaredTransactions {

    private final ConfigurableListableBeanFactory beanFactory;
    private final TransactionManagers managers;

    DeclaredTransactions(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
        this.managers = new TransactionManagers(beanFactory);
    }

    /** Returns handlers whose declared transactions are those of their batches, and refuses others. */
    MethodEventHandlers require(MethodEventHandlers handlers) {
        if (handlers.delivery() == Delivery.EXACTLY_ONCE) {
            for (String qualifier : handlers.declaredTransactionManagers()) {
                PlatformTransactionManager batch = managers.of(handlers);
                TransactionManager declared = declared(handlers, qualifier);
                if (batch != null && declared != null && differ(declared, batch)) {
                    throw InvalidDeclarationException.ofProjection(
                            handlers.projectionClass(),
                            "@Transactional%s at a handler of the projection '%s' means the transaction manager %s, but its batches are transactions of %s: the handler's effects and the checkpoint would not commit together. Name the manager of the batches in @Transactional, or remove it."
                                    .formatted(
                                            qualifier.isEmpty() ? "" : "(\"" + qualifier + "\")",
                                            handlers.name(),
                                            declared,
                                            batch));
                }
            }
        }
        return handlers;
    }

    /** Null where it is not known before the first call; the call is watched then. */
    private @Nullable TransactionManager declared(MethodEventHandlers handlers, String qualifier) {
        if (!qualifier.isEmpty()) {
            try {
                return BeanFactoryAnnotationUtils.qualifiedBeanOfType(beanFactory, TransactionManager.class, qualifier);
            } catch (NoSuchBeanDefinitionException missing) {
                throw InvalidDeclarationException.ofProjection(
                        handlers.projectionClass(),
                        "@Transactional(\"%s\") at a handler of the projection '%s' names a transaction manager that there is not: %s"
                                .formatted(qualifier, handlers.name(), missing.getMessage()));
            }
        }
        boolean known = beanFactory.getBeanNamesForType(TransactionInterceptor.class, true, false).length > 0
                && beanFactory.getBeanNamesForType(TransactionManagementConfigurer.class, true, false).length == 0;
        return known ? beanFactory.getBeanProvider(TransactionManager.class).getIfUnique() : null;
    }

    /** Two managers of one data source take part in each other's transactions. Of other resources the call is watched. */
    private static boolean differ(TransactionManager declared, PlatformTransactionManager batch) {
        return declared != batch
                && declared instanceof ResourceTransactionManager one
                && batch instanceof ResourceTransactionManager other
                && one.getResourceFactory() instanceof DataSource first
                && other.getResourceFactory() instanceof DataSource second
                && TransactionParticipation.target(first) != TransactionParticipation.target(second);
    }
}
