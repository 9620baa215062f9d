package io.eventsource.benchmarks;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.transaction.Transaction;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.jdbc.EventSchema;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.jdbc.PostgresEventTableFactory;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Axon's JDBC storage engine, called directly: an EmbeddedEventStore would do the same statements and then publish. Its own
 * table factory made the table, events are JSON by its Jackson 3 serializer, and every call is a Spring transaction, or
 * joins one, as in an application with its Spring Boot starter.
 */
final class AxonContender implements Contender {

    private static final String DUPLICATE_KEY = "23505";

    private static final String FILL =
            """
            INSERT INTO domainevententry
                   (aggregateidentifier, sequencenumber, type, eventidentifier, payloadtype, "timestamp", payload, metadata)
            SELECT md5('stream ' || (i - 1) / 10 + 1)::uuid::text, (i - 1) % 10, 'order', gen_random_uuid()::text, ?,
                   '2026-01-01T00:00:00.000Z', ?, ?
              FROM generate_series(1, ?) AS i""";

    private final Database database;
    private final ConnectionProvider connections;
    private final TransactionManager axonTransactions;
    private final JdbcEventStorageEngine engine;

    AxonContender(Database database) {
        this.database = database;
        TransactionAwareDataSourceProxy joining = new TransactionAwareDataSourceProxy(database.dataSource());
        this.connections = joining::getConnection;
        this.axonTransactions = new SpringTransactions(new JdbcTransactionManager(database.dataSource()));
        Jackson3Serializer serializer = Jackson3Serializer.builder().build();
        this.engine = JdbcEventStorageEngine.builder()
                .connectionProvider(connections)
                .transactionManager(axonTransactions)
                .eventSerializer(serializer)
                .snapshotSerializer(serializer)
                .persistenceExceptionResolver(AxonContender::isDuplicateKey)
                .build();
        createTables();
    }

    /** Axon's own resolver looks for vendor codes, which PostgreSQL's driver does not give. */
    private static boolean isDuplicateKey(Exception failure) {
        return failure instanceof SQLException sql && DUPLICATE_KEY.equals(sql.getSQLState());
    }

    @Override
    public String name() {
        return "axon-jdbc";
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public void reset(int events) {
        JdbcTemplate jdbc = database.jdbc();
        jdbc.execute("TRUNCATE domainevententry RESTART IDENTITY");
        jdbc.update(
                FILL,
                OrderLineAdded.class.getName(),
                OrderLineAdded.JSON.getBytes(StandardCharsets.UTF_8),
                "{}".getBytes(StandardCharsets.UTF_8),
                events);
        database.settle("domainevententry");
    }

    /** Makes the store anew. */
    void renew() {
        database.jdbc().execute("DROP TABLE domainevententry");
        createTables();
        database.forgetPlans();
    }

    private void createTables() {
        engine.createSchema(PostgresEventTableFactory.INSTANCE);
        database.jdbc().execute("DROP TABLE IF EXISTS " + new EventSchema().snapshotTable());
    }

    @Override
    public boolean append(UUID stream, long version, List<OrderLineAdded> events) {
        List<DomainEventMessage<?>> messages = new ArrayList<>(events.size());
        for (int i = 0; i < events.size(); i++) {
            messages.add(new GenericDomainEventMessage<>("order", stream.toString(), version + i, events.get(i)));
        }
        try {
            engine.appendEvents(messages);
            return true;
        } catch (ConcurrencyException conflict) {
            return false;
        }
    }

    @Override
    public long version(UUID stream) {
        return engine.lastSequenceNumberFor(stream.toString()).orElse(-1L) + 1;
    }

    @Override
    public long load(UUID stream) {
        long total = 0;
        DomainEventStream events = engine.readEvents(stream.toString());
        while (events.hasNext()) {
            total += ((OrderLineAdded) events.next().getPayload()).totalCents();
        }
        return total;
    }

    @Override
    public TransactionTemplate transactions() {
        return database.transactions();
    }

    JdbcEventStorageEngine engine() {
        return engine;
    }

    /** Connections that join a Spring transaction. */
    ConnectionProvider connections() {
        return connections;
    }

    /** Spring's transactions for Axon. */
    TransactionManager axonTransactions() {
        return axonTransactions;
    }

    /** Spring's transactions for Axon. */
    private record SpringTransactions(PlatformTransactionManager manager) implements TransactionManager {

        @Override
        public Transaction startTransaction() {
            TransactionStatus status = manager.getTransaction(new DefaultTransactionDefinition());
            return new Transaction() {
                @Override
                public void commit() {
                    manager.commit(status);
                }

                @Override
                public void rollback() {
                    manager.rollback(status);
                }
            };
        }
    }
}
