package io.eventsource.benchmarks.outbox;

import io.eventsource.outbox.MessageTransport;

/** A real broker that runs until it is closed. */
interface MessageBroker extends AutoCloseable {

    /** What the library sends with. */
    MessageTransport transport();

    /**
     * Sends the messages that a publisher makes with the broker's client alone, as fast as it goes, and returns when all is acknowledged.
     *
     * @param messages how many; ten of each key
     */
    void sendPlainly(int messages) throws Exception;

    @Override
    void close();

    /** Starts one. */
    interface Starter {

        MessageBroker start() throws Exception;
    }
}
