package io.eventsource.benchmarks;

/**
 * What rivals publish: the same payload, with the stream that the library keeps beside it.
 *
 * @param stream whose event
 * @param number which one of the stream
 * @param line the payload
 */
record LineSold(String stream, int number, OrderLineAdded line) {}
