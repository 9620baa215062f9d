package io.eventsource.autoconfigure.firststeps;

import io.eventsource.event.EventType;
import java.math.BigDecimal;

@EventType("account.deposited")
record Deposited(BigDecimal amount) {}
