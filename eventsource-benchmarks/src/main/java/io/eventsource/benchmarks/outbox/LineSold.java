package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.OrderLineAdded;

/**
 * What rivals publish: the same payload, with the stream that the library keeps beside it.
 *
 * @param stream whose event
 * @param number which one of the stream
 * @param line the payload
 */
record LineSold(String stream, int number, OrderLineAdded line) {}
