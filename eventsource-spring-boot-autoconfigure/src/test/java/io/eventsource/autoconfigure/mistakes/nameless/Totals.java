package io.eventsource.autoconfigure.mistakes.nameless;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.projection.EventHandler;

final class Totals {

    @EventHandler
    void on(Deposited deposited) {}
}
