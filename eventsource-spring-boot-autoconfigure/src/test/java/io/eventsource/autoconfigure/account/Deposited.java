package io.eventsource.autoconfigure.account;

import io.eventsource.event.EventType;

@EventType("deposited")
public record Deposited(long amount) {}
