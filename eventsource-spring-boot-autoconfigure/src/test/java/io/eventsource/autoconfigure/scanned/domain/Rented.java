package io.eventsource.autoconfigure.scanned.domain;

import io.eventsource.event.EventType;

@EventType("rented")
public record Rented(String customer) {}
