package io.eventsource.autoconfigure.invalid.names;

import io.eventsource.event.EventType;

@EventType("paid")
public record Paid(long amount) {}
