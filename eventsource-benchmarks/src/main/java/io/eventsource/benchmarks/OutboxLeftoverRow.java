package io.eventsource.benchmarks;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What publishing leaves in the database beside the events: bytes, and tuples for vacuum to remove.
 *
 * @param name the row's name
 */
record OutboxLeftoverRow(String name) implements Row {

    private static final int PER = 100_000;
    private static final Metric BYTES = new Metric("kept beside the events, per 100,000", "kB");
    private static final Metric DEAD = new Metric("dead tuples made, per 100,000", "tuples");

    private static final String SIZE =
            """
            SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables
             WHERE schemaname = 'eventsource' AND relname NOT IN ('events', 'event_streams')""";

    private static final String MADE =
            """
            SELECT sum(n_tup_upd + n_tup_del) FROM pg_stat_user_tables
             WHERE schemaname = 'eventsource' AND relname NOT IN ('events', 'event_streams')""";

    @Override
    public String description() {
        return "what is left when events have been appended, published, and marked as such";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = contenders.settings().loaded();
        return List.of(
                new Entrant("eventsource, log", time -> measure(contenders.outbox(), events)),
                new Entrant("eventsource, table", time -> measure(contenders.outboxTable(), events)));
    }

    private static Map<Metric, Double> measure(EventsourceOutbox outbox, int events) throws SQLException {
        outbox.reset(0);
        double bytes = figure(outbox.database(), SIZE);
        double made = figure(outbox.database(), MADE);
        Tally published = new Tally();
        try (EventsourceLog log = outbox.publish(new CountingTransport(published))) {
            ((EventsourceContender) log.contender()).load(events);
            published.await(events);
        }
        outbox.mark();
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(BYTES, (figure(outbox.database(), SIZE) - bytes) / 1024 * PER / events);
        measured.put(DEAD, (figure(outbox.database(), MADE) - made) * PER / events);
        return measured;
    }

    private static double figure(Database database, String sql) throws SQLException {
        ServerCounts.report(database.dataSource());
        return Objects.requireNonNull(new JdbcTemplate(database.dataSource()).queryForObject(sql, Double.class));
    }
}
