package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Database;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An application that writes, and an outbox by which events of what it writes leave for a receiver in the same JVM. */
interface OutboxContender {

    /** The name in the report. */
    String name();

    /** Where it writes. */
    Database database();

    /** Empties everything. */
    void reset();

    /**
     * Makes events that have not left yet, ten of each stream.
     *
     * @param events how many
     */
    void backlog(int events);

    /**
     * Starts the application.
     *
     * @param receiver told the stream of each event that leaves; null for an application without an outbox
     */
    Application start(@Nullable Consumer<String> receiver);

    /** One that runs until it is closed. */
    interface Application extends AutoCloseable {

        /**
         * Writes an event as the application would, and returns when that is committed.
         *
         * @param stream whose event
         * @param number which one of the stream, from 1
         */
        void write(String stream, int number);

        /** Has a backlog leave, where that does not begin by itself. */
        default void resume() {}

        /** Settles what the application does some time after an event has left, where that is left to a schedule. */
        default void settle() {}

        @Override
        void close();
    }
}
