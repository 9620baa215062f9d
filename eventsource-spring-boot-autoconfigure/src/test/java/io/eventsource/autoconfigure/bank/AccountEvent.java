package io.eventsource.autoconfigure.bank;

import io.eventsource.event.EventType;
import java.util.UUID;

/** What happens to accounts. */
sealed interface AccountEvent {

    @EventType("bank.opened")
    record Opened(String owner) implements AccountEvent {}

    @EventType("bank.deposited")
    record Deposited(int amount) implements AccountEvent {}

    @EventType("bank.congratulated")
    record Congratulated(UUID account) implements AccountEvent {}
}
