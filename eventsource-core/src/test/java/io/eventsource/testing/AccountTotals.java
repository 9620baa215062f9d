package io.eventsource.testing;

import io.eventsource.event.EventEnvelope;
import io.eventsource.testing.TestEvents.Deposited;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A read model with a row for each stream: its last version, how many events it has, their sum, and a digest of all of them in the
 * order of handling, so that no two mistakes make up for each other.
 */
public final class AccountTotals {

    private static final String ADD =
            """
            INSERT INTO account_totals AS t VALUES (?, ?, ?, 1, ?, md5(?))
            ON CONFLICT (projection, stream) DO UPDATE
               SET version = excluded.version, events = t.events + 1, total = t.total + excluded.total,
                   digest = md5(t.digest || ?)""";

    private static final String EVENTS =
            """
            SELECT aggregate_id, version, coalesce((payload ->> 'amount')::bigint, 0) FROM eventsource.events
             WHERE position > ? AND event_type IN ('deposited', 'noted') ORDER BY position""";

    private static final String TOTALS =
            "SELECT stream, version, events, total, digest FROM account_totals WHERE projection = ?";

    private final JdbcTemplate jdbc;

    /** Expects the table to be there. */
    public AccountTotals(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Makes the table if there is none. */
    public static AccountTotals create(JdbcTemplate jdbc) {
        jdbc.execute(
                """
                CREATE TABLE IF NOT EXISTS account_totals
                    (projection text, stream uuid, version bigint, events bigint, total bigint, digest text,
                     PRIMARY KEY (projection, stream))""");
        return new AccountTotals(jdbc);
    }

    private record Row(long version, long events, long total, String digest) {

        Row plus(long newVersion, long amount) {
            return new Row(newVersion, events + 1, total + amount, md5(digest + step(newVersion, amount)));
        }
    }

    private static String step(long version, long amount) {
        return version + ":" + amount + ";";
    }

    /** Adds an event, in the transaction of the calling thread. */
    public void add(String projection, EventEnvelope<Object> event) {
        long amount = event.payload() instanceof Deposited deposited ? deposited.amount() : 0;
        String step = step(event.version(), amount);
        jdbc.update(ADD, projection, event.aggregateId(), event.version(), amount, step, step);
    }

    /** Forgets a projection, in the transaction of the calling thread. */
    public void clear(String projection) {
        jdbc.update("DELETE FROM account_totals WHERE projection = ?", projection);
    }

    /** Which rows differ from what the log says when everything behind a position has been handled. */
    public List<String> violations(String projection, long base) {
        Map<UUID, Row> expected = recomputed(base);
        Map<UUID, Row> actual = new TreeMap<>();
        jdbc.query(
                TOTALS,
                row -> {
                    actual.put(
                            row.getObject(1, UUID.class),
                            new Row(row.getLong(2), row.getLong(3), row.getLong(4), row.getString(5)));
                },
                projection);
        List<String> found = new ArrayList<>();
        expected.forEach((stream, row) -> {
            if (!row.equals(actual.remove(stream))) {
                found.add(
                        "'%s' has another row for %s than the log, which makes %s".formatted(projection, stream, row));
            }
        });
        actual.forEach((stream, row) -> found.add(
                "'%s' has the row %s for %s, of which the log knows nothing".formatted(projection, row, stream)));
        return found;
    }

    private Map<UUID, Row> recomputed(long base) {
        Map<UUID, Row> rows = new TreeMap<>();
        jdbc.query(
                EVENTS,
                event -> {
                    UUID stream = event.getObject(1, UUID.class);
                    Row before = rows.getOrDefault(stream, new Row(0, 0, 0, ""));
                    rows.put(stream, before.plus(event.getLong(2), event.getLong(3)));
                },
                base);
        return rows;
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
