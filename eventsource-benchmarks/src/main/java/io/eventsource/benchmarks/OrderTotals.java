package io.eventsource.benchmarks;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcTemplate;

/** A read model: the total of each order, kept by one upsert for each event. */
record OrderTotals(JdbcTemplate jdbc) implements LineHandler.OfBatches {

    static final String UPSERT =
            """
            INSERT INTO order_totals AS t (stream, lines, cents) VALUES (?, 1, ?)
            ON CONFLICT (stream) DO UPDATE SET lines = t.lines + 1, cents = t.cents + excluded.cents""";

    private static final String CREATE =
            """
            CREATE TABLE IF NOT EXISTS order_totals (
                stream uuid PRIMARY KEY, lines bigint NOT NULL, cents bigint NOT NULL)""";

    private static final String LINES = "SELECT coalesce(sum(lines), 0) FROM order_totals";

    /** Empties the table. */
    void reset() {
        jdbc.execute(CREATE);
        jdbc.execute("TRUNCATE order_totals");
    }

    @Override
    public void handle(UUID stream, OrderLineAdded line) {
        jdbc.update(UPSERT, stream, line.totalCents());
    }

    @Override
    public void handle(List<UUID> streams, List<OrderLineAdded> lines) {
        jdbc.batchUpdate(
                UPSERT,
                IntStream.range(0, lines.size())
                        .mapToObj(
                                i -> new Object[] {streams.get(i), lines.get(i).totalCents()})
                        .toList());
    }

    /**
     * Checks that each event was added once.
     *
     * @throws IllegalStateException when not
     */
    void requireExactly(long events) {
        Long lines = jdbc.queryForObject(LINES, Long.class);
        if (lines == null || lines != events) {
            throw new IllegalStateException("The totals hold %,d events, but there are %,d".formatted(lines, events));
        }
    }
}
