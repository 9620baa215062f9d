package io.eventsource.deadletter;

import io.eventsource.EventSourceException;
import io.eventsource.batch.BatchTransaction;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventDecodingException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventSelection;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A projection's handlers with the transactions that a replay needs: one on the event store's data source in which the entry is closed, and
 * within it the handlers; these write in the same transaction, or with at-least-once delivery in one of their own that commits before.
 */
final class ReplayHandler {

    private final EventHandlers handlers;
    private final DeadLetterReplay.Target.Bounds bounds;
    private final EventSelection selection;
    private final DataSource dataSource;
    private final TransactionOperations transaction;
    private final TransactionOperations handling;
    private final TransactionParticipation participation;

    ReplayHandler(DeadLetterReplay.Target target, DataSource dataSource, EventCodec codec) {
        this.handlers = target.handlers();
        this.bounds = target.bounds();
        this.selection = handlers.undecoded()
                ? codec.selectUndecoded(handlers.eventTypes())
                : codec.select(handlers.eventTypes());
        this.dataSource = dataSource;
        this.participation = new TransactionParticipation(dataSource);
        PlatformTransactionManager manager = target.transactionManager();
        if (handlers.delivery() == Delivery.AT_LEAST_ONCE) {
            this.transaction = BatchTransaction.keepingCause(
                    template(new JdbcTransactionManager(TransactionParticipation.target(dataSource)), name()));
            this.handling = manager == null
                    ? TransactionOperations.withoutTransaction()
                    : BatchTransaction.keepingCause(nested(manager));
        } else {
            this.transaction = BatchTransaction.keepingCause(template(required(manager), name()));
            this.handling = TransactionOperations.withoutTransaction();
        }
    }

    private PlatformTransactionManager required(@Nullable PlatformTransactionManager manager) {
        if (manager == null) {
            throw new EventSourceException(
                    "The projection '%s' has exactly-once delivery and no transaction manager. Give its dead letters the one of the event store's data source."
                            .formatted(name()));
        }
        return manager;
    }

    /** What a closing entry sees after it has its lock must be what is committed then. */
    private static TransactionTemplate template(PlatformTransactionManager manager, String name) {
        TransactionTemplate template = new TransactionTemplate(manager);
        template.setName("eventsource replay of " + name);
        template.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        return template;
    }

    private static TransactionTemplate nested(PlatformTransactionManager manager) {
        TransactionTemplate template = new TransactionTemplate(manager);
        template.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        return template;
    }

    String name() {
        return handlers.name();
    }

    <T> T inTransaction(Function<BatchTransaction, T> work) {
        T result = transaction.execute(status -> {
            if (!participation.active()) {
                throw new EventSourceException(
                        "The transaction manager of the projection '%s' does not govern the data source of the event store, so that an entry and what its handler writes could not commit together. Give it a transaction manager of that data source, or declare its delivery as at least once."
                                .formatted(name()));
            }
            return work.apply(BatchTransaction.current(name(), dataSource, status));
        });
        return Objects.requireNonNull(result);
    }

    void handle(StoredEvent event) {
        if (!selection.storedNames().contains(event.eventType())) {
            throw new EventDecodingException(
                    event,
                    "the projection '%s' has no handler for it any more. Discard the entry, or add a handler."
                            .formatted(name()),
                    null);
        }
        List<EventEnvelope<Object>> parts = selection.decode(event);
        if (!parts.isEmpty()) {
            bounds.run(() -> handling.executeWithoutResult(status -> handlers.handleAll(parts)));
        }
    }
}
