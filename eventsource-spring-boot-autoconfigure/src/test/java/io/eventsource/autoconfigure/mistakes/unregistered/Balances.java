package io.eventsource.autoconfigure.mistakes.unregistered;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;

@Projection("balances")
final class Balances {

    @EventHandler
    void on(Deposited deposited) {}
}
