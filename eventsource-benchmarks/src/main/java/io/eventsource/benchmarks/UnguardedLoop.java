package io.eventsource.benchmarks;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventSelection;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.log.LogReader;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A subscription without all that is there for failures, other instances and further events: this library's reader, codec and handlers in
 * a loop, which reads and decodes a page ahead and handles each page in one transaction with a checkpoint. It ends at the first failure.
 */
final class UnguardedLoop {

    /** What the batches of a subscription with the starter's defaults grow to. */
    private static final int PAGE = 500;

    private static final String CHECKPOINT =
            """
            WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            UPDATE unguarded_checkpoint SET position = ? FROM quick WHERE position = ?""";

    private final Database database;
    private final EventsourceContender contender;
    private final LogReader reader;

    /** A page with its events decoded. */
    private record Decoded(List<EventEnvelope<Object>> events, long nextPosition) {}

    private UnguardedLoop(Database database, EventsourceContender contender) {
        this.database = database;
        this.contender = contender;
        this.reader = new LogReader(database.dataSource(), EventsourceTables.SCHEMA);
    }

    static UnguardedLoop in(Database database) {
        return new UnguardedLoop(database, new EventsourceContender(database, AppendTiming.DEFERRED));
    }

    /** Reads the whole log in another thread, while something is measured in this one. */
    long during(LineHandler handler, LongSupplier measurement) throws Exception {
        database.jdbc().execute("CREATE TABLE IF NOT EXISTS unguarded_checkpoint (position bigint NOT NULL)");
        database.jdbc().execute("TRUNCATE unguarded_checkpoint");
        database.jdbc().update("INSERT INTO unguarded_checkpoint VALUES (0)");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            EventHandlers handlers = EventsourceLog.projection("unguarded", handler, contender);
            CompletableFuture<Void> run = CompletableFuture.runAsync(() -> run(handlers, threads), threads);
            long measured = measurement.getAsLong();
            run.get();
            return measured;
        } finally {
            threads.shutdown();
        }
    }

    private void run(EventHandlers handlers, ExecutorService threads) {
        EventSelection selection = contender.codec().select(handlers.eventTypes());
        long end = Objects.requireNonNull(
                database.jdbc().queryForObject("SELECT max(position) FROM eventsource.events", Long.class));
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(database.dataSource()));
        long position = 0;
        CompletableFuture<Decoded> ahead = readAhead(selection, position, end, threads);
        while (position < end) {
            Decoded page = ahead.join();
            ahead = readAhead(selection, page.nextPosition(), end, threads);
            long from = position;
            transaction.executeWithoutResult(status -> {
                handlers.handleAll(page.events());
                if (database.jdbc().update(CHECKPOINT, page.nextPosition(), from) != 1) {
                    throw new IllegalStateException("The checkpoint is no longer at " + from);
                }
            });
            position = page.nextPosition();
        }
    }

    private CompletableFuture<Decoded> readAhead(
            EventSelection selection, long position, long end, ExecutorService threads) {
        return CompletableFuture.supplyAsync(
                () -> {
                    LogPage page =
                            reader.read(LogQuery.after(position).limit(PAGE).eventTypes(selection.storedNames()), end);
                    return new Decoded(
                            page.events().stream()
                                    .flatMap(event -> selection.decode(event).stream())
                                    .toList(),
                            page.nextPosition());
                },
                threads);
    }
}
