package io.eventsource.autoconfigure.bank;

import io.eventsource.autoconfigure.bank.AccountEvent.Deposited;
import io.eventsource.autoconfigure.bank.AccountEvent.Opened;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Keeps the balance of each account, and fails at a deposit of 666. */
@Component
@Projection("bank-balances")
final class Balances {

    private final JdbcTemplate jdbc;

    Balances(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @EventHandler
    void on(Opened event, EventEnvelope<Opened> envelope) {
        jdbc.update("INSERT INTO balances VALUES (?, ?, 0)", envelope.aggregateId(), event.owner());
    }

    @EventHandler
    void on(Deposited event, EventEnvelope<Deposited> envelope) {
        if (event.amount() == 666) {
            throw new IllegalStateException("not this one");
        }
        jdbc.update(
                "UPDATE balances SET balance = balance + ? WHERE account = ?", event.amount(), envelope.aggregateId());
    }
}
