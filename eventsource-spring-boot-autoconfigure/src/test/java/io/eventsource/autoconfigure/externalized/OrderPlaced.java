package io.eventsource.autoconfigure.externalized;

import io.eventsource.event.EventType;
import io.eventsource.outbox.Externalized;

@EventType("order-placed")
@Externalized("orders")
@Externalized(value = "warehouse", as = "pick", version = 2, topic = "picks", key = "/customer")
public record OrderPlaced(String customer) {}
