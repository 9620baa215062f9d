package io.eventsource.autoconfigure.bank;

import io.eventsource.autoconfigure.bank.AccountEvent.Congratulated;
import io.eventsource.autoconfigure.bank.AccountEvent.Deposited;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Congratulates on large deposits. */
@Component
@Projection("bank-congratulations")
final class Congratulations {

    private final EventStore store;

    Congratulations(EventStore store) {
        this.store = store;
    }

    @EventHandler
    void on(Deposited event, EventEnvelope<Deposited> envelope) {
        if (event.amount() >= 1_000) {
            store.append(StreamAppend.to("BankLetter", UUID.randomUUID(), new Congratulated(envelope.aggregateId())));
        }
    }
}
