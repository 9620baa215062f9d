package io.eventsource.autoconfigure.firststeps;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

@Component
@Projection("balances")
final class Balances {

    private final JdbcTemplate jdbc;

    Balances(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @EventHandler
    void on(Deposited event, EventEnvelope<Deposited> envelope) {
        jdbc.update(
                """
                INSERT INTO balances (account, balance) VALUES (?, ?)
                ON CONFLICT (account) DO UPDATE SET balance = balances.balance + excluded.balance""",
                envelope.aggregateId(),
                event.amount());
    }
}
