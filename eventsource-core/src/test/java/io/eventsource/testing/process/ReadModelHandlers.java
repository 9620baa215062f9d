package io.eventsource.testing.process;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.testing.AccountTotals;
import io.eventsource.testing.EffectLog;
import io.eventsource.testing.process.InstanceOptions.ProjectionOptions;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;

/** Signs a row of the {@link EffectLog} for each event, adds it to the {@link AccountTotals} if wanted, and passes the turnstile. */
final class ReadModelHandlers implements EventHandlers {

    private final ProjectionOptions options;
    private final String instance;
    private final JdbcTemplate jdbc;
    private final AccountTotals totals;
    private final Turnstile turnstile;

    ReadModelHandlers(
            ProjectionOptions options, String instance, JdbcTemplate jdbc, AccountTotals totals, Turnstile turnstile) {
        this.options = options;
        this.instance = instance;
        this.jdbc = jdbc;
        this.totals = totals;
        this.turnstile = turnstile;
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public Set<String> eventTypes() {
        return options.eventTypes();
    }

    @Override
    public void handle(EventEnvelope<Object> event) {
        int rows = jdbc.update(EffectLog.INSERT_SIGNED, instance, name(), event.position());
        if (rows != 1) {
            throw new IllegalStateException("%s was given %s, of which it finds %d".formatted(name(), event, rows));
        }
        if (options.totals()) {
            totals.add(name(), event);
        }
        turnstile.pass(event.position());
    }

    /** Empties the read model, and notes that. */
    @Override
    public Runnable resetHandler() {
        return () -> {
            jdbc.update("DELETE FROM effect_log WHERE projection = ?", name());
            totals.clear(name());
            jdbc.update("INSERT INTO effect_resets VALUES (?, ?)", name(), instance);
        };
    }
}
