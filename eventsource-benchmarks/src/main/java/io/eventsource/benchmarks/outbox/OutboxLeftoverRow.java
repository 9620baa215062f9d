package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Contenders;
import io.eventsource.benchmarks.Database;
import io.eventsource.benchmarks.Row;
import io.eventsource.benchmarks.ServerCounts;
import io.eventsource.benchmarks.Tally;
import io.eventsource.benchmarks.outbox.OutboxContender.Application;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What publishing leaves in the database beside what the application writes: bytes, and tuples for vacuum to remove.
 *
 * @param name the row's name
 */
record OutboxLeftoverRow(String name) implements Row {

    private static final int PER = 100_000;
    private static final Metric BYTES = new Metric("kept beside the events, per 100,000", "kB");
    private static final Metric DEAD = new Metric("dead tuples made, per 100,000", "tuples");

    private static final String SIZE =
            """
            SELECT coalesce(sum(pg_total_relation_size(relid)), 0) FROM pg_stat_user_tables
             WHERE relname NOT IN ('events', 'event_streams', 'lines')""";

    private static final String MADE =
            """
            SELECT coalesce(sum(n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
             WHERE relname NOT IN ('events', 'event_streams', 'lines')""";

    @Override
    public String description() {
        return "what is left of a backlog, when it has left and is marked as such";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = contenders.settings().loaded();
        List<OutboxContender> all = new ArrayList<>(Outboxes.of(contenders).outboxes());
        all.add(Outboxes.of(contenders).outboxTable());
        return all.stream()
                .map(outbox -> new Entrant(outbox.name(), time -> measure(outbox, events)))
                .toList();
    }

    private static Map<Metric, Double> measure(OutboxContender outbox, int events) throws SQLException {
        outbox.reset();
        double bytes = figure(outbox.database(), SIZE);
        outbox.backlog(events);
        double made = figure(outbox.database(), MADE);
        Tally published = new Tally();
        try (Application application = outbox.start(stream -> published.add(1))) {
            application.resume();
            published.await(events);
            application.settle();
        }
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(BYTES, (figure(outbox.database(), SIZE) - bytes) / 1024 * PER / events);
        measured.put(DEAD, (figure(outbox.database(), MADE) - made) * PER / events);
        return measured;
    }

    private static double figure(Database database, String sql) throws SQLException {
        int unused = ServerCounts.report(database.dataSource());
        return Objects.requireNonNull(new JdbcTemplate(database.dataSource()).queryForObject(sql, Double.class));
    }
}
