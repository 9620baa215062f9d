package io.eventsource.benchmarks.handling;

import io.eventsource.event.EventType;

/**
 * The only event.
 *
 * @param what what it was
 */
@EventType("happened")
record Happened(String what) {}
