package io.eventsource.benchmarks;

/**
 * How large the stores are.
 *
 * @param fill events in a store before it is appended to
 * @param events events in a large store
 */
record BenchmarkSettings(int fill, int events) {}
