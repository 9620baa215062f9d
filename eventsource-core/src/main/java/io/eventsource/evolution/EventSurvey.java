package io.eventsource.evolution;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRevision;
import io.eventsource.schema.EventSourceSchema;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Looks which event types and revisions are stored and which of them this code cannot read, without reading a payload.
 * Thread-safe. Each call takes part in the calling thread's transaction if there is one.
 */
public final class EventSurvey {

    /** A smaller table is read whole: 32 MB, or about 100,000 events. */
    private static final long SAMPLED_PAGES = 4_000;

    /** Each end of the log is read so far: the oldest events have old revisions, the newest perhaps too new ones. */
    private static final int END = 10_000;

    /** A sample that takes longer is given up: it is for information. */
    private static final int SAMPLE_TIMEOUT_SECONDS = 10;

    /** A partitioned table has no pages of its own. */
    private static final String PAGES =
            """
            SELECT coalesce((SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree('{schema}.events') WHERE isleaf),
                            pg_relation_size('{schema}.events')) / current_setting('block_size')::bigint""";

    private static final String ALL =
            "SELECT event_type, revision, count(*) FROM {schema}.events GROUP BY event_type, revision";

    private static final String SAMPLE =
            """
            SELECT event_type, revision, count(*) FROM {schema}.events TABLESAMPLE SYSTEM (?)
             GROUP BY event_type, revision""";

    private static final String UNLIMITED = "SET LOCAL statement_timeout = 0";

    private static final String ENDS =
            """
            SELECT event_type, revision, count(*)
              FROM ((SELECT event_type, revision FROM {schema}.events ORDER BY position LIMIT ?)
                    UNION ALL
                    (SELECT event_type, revision FROM {schema}.events ORDER BY position DESC LIMIT ?)) AS ends
             GROUP BY event_type, revision""";

    private final EventSourceSchema schema;
    private final EventCodec codec;
    private final JdbcTemplate jdbc;
    private final JdbcTemplate bounded;
    private final TransactionOperations transaction;

    /**
     * Creates a survey. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param codec what can be read
     */
    public EventSurvey(DataSource dataSource, EventSourceSchema schema, EventCodec codec) {
        this.schema = schema;
        this.codec = codec;
        this.jdbc = new JdbcTemplate(dataSource);
        this.bounded = new JdbcTemplate(dataSource);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        this.bounded.setQueryTimeout(SAMPLE_TIMEOUT_SECONDS);
    }

    /**
     * Reads all rows, which takes time in proportion to the store; a statement timeout of the connection does not hold for it.
     *
     * @return exact counts as of one snapshot
     * @throws org.springframework.dao.DataAccessException when the database fails
     */
    public Result full() {
        return Objects.requireNonNull(transaction.execute(status -> {
            jdbc.execute(UNLIMITED);
            return wholeTable(jdbc);
        }));
    }

    /**
     * Reads a sample of at most about 4,000 pages of the table and the 10,000 oldest and newest events, whatever the size of
     * the store; a store of fewer pages is read whole. A type that is stored a few times in the midst of many others may be
     * missed.
     *
     * @return counts, which are an estimate unless the store was read whole
     * @throws org.springframework.dao.DataAccessException when the database fails, or takes longer than 10 seconds
     */
    public Result sampled() {
        long pages = Objects.requireNonNull(bounded.queryForObject(schema.sql(PAGES), Long.class));
        if (pages <= SAMPLED_PAGES) {
            return wholeTable(bounded);
        }
        double share = (double) SAMPLED_PAGES / pages;
        SortedMap<EventRevision, Long> counts = new TreeMap<>();
        query(bounded, SAMPLE, share * 100)
                .forEach((revision, count) -> counts.put(revision, Math.round(count / share)));
        query(bounded, ENDS, END, END).forEach((revision, count) -> counts.merge(revision, count, Math::max));
        return result(
                counts,
                true,
                "estimated from about %,d of %,d pages and the %,d oldest and newest events"
                        .formatted(SAMPLED_PAGES, pages, END));
    }

    private Result wholeTable(JdbcTemplate on) {
        SortedMap<EventRevision, Long> counts = query(on, ALL);
        long events = counts.values().stream().mapToLong(Long::longValue).sum();
        return result(counts, false, "all %,d events were counted".formatted(events));
    }

    private SortedMap<EventRevision, Long> query(JdbcTemplate on, String statement, Object... arguments) {
        SortedMap<EventRevision, Long> counts = new TreeMap<>();
        on.query(
                schema.sql(statement),
                row -> {
                    counts.put(new EventRevision(row.getString(1), row.getInt(2)), row.getLong(3));
                },
                arguments);
        return counts;
    }

    private Result result(Map<EventRevision, Long> counts, boolean estimated, String basis) {
        List<RevisionCount> found = counts.entrySet().stream()
                .map(entry -> new RevisionCount(entry.getKey(), entry.getValue()))
                .toList();
        List<RevisionCount> unreadable =
                found.stream().filter(each -> !codec.reads(each.revision())).toList();
        return new Result(found, unreadable, estimated, basis);
    }

    /**
     * How many events of a type and revision there are.
     *
     * @param revision the stored name and revision
     * @param count how many, possibly estimated
     */
    public record RevisionCount(EventRevision revision, long count) {}

    /**
     * Which types and revisions are stored, and which of them no class and no upcaster reads.
     *
     * @param found all types and revisions that were found, in their order
     * @param unreadable those of them that have no way to a class
     * @param estimated whether this is an estimate: counts are extrapolated, and rare types may be missing
     * @param basis what was looked at, in words
     */
    public record Result(List<RevisionCount> found, List<RevisionCount> unreadable, boolean estimated, String basis) {

        /**
         * What cannot be read, in one line.
         *
         * @return the unreadable types and revisions with their counts, and what the counts are based on
         */
        public String describe() {
            if (unreadable.isEmpty()) {
                return "Every stored type and revision that was found can be read (%s).".formatted(basis);
            }
            return "The store holds events that no class and no upcaster reads: %s (%s). Whatever meets them fails. Register their classes, name aliases, or declare upcasters; for revisions of newer code, deploy that code."
                    .formatted(unreadable.stream().map(this::describe).collect(Collectors.joining(", ")), basis);
        }

        private String describe(RevisionCount each) {
            return "%s%s %,d times".formatted(each.revision(), estimated ? " about" : "", each.count());
        }
    }
}
