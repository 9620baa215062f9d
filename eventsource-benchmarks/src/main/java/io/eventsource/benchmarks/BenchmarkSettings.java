package io.eventsource.benchmarks;

/**
 * How large the stores are.
 *
 * @param fill events in a store before it is appended to
 * @param events events in a large store
 * @param loaded events of a bulk load, and of a log that a subscription catches up with
 */
public record BenchmarkSettings(int fill, int events, int loaded) {}
