package io.eventsource.benchmarks;

import java.util.List;
import java.util.UUID;
import org.springframework.transaction.support.TransactionTemplate;

/** A store of events that takes part, with a database and a pool of its own. */
public interface Contender {

    /** The name in the report. */
    String name();

    /** Where its store is. */
    Database database();

    /**
     * Empties the store and fills it with streams of ten events, as many for every contender.
     *
     * @param events how many events
     */
    void reset(int events);

    /**
     * Appends to a stream and returns when that is durable; inside a transaction of {@link #transactions()}, takes part in
     * it.
     *
     * @param stream the stream
     * @param version the version that the stream must have, 0 for none
     * @param events the events
     * @return whether the stream was at that version
     */
    boolean append(UUID stream, long version, List<OrderLineAdded> events);

    /** The version of a stream, 0 for none. */
    long version(UUID stream);

    /** Reads a stream, folds it into the order's total and returns that. */
    long load(UUID stream);

    /** Transactions that appends take part in. */
    TransactionTemplate transactions();
}
