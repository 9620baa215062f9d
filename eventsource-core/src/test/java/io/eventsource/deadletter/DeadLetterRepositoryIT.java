package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eventsource.deadletter.DeadLetterRepository.Statistics.Counts;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class DeadLetterRepositoryIT {

    private final TestDatabase database;
    private final DeadLetterRepository letters;

    DeadLetterRepositoryIT(TestDatabase server) {
        this.database = server;
        this.letters = DeadLetterRepository.postgres(database.dataSource(), TestDatabase.SCHEMA);
    }

    @BeforeEach
    @AfterEach
    void clear() {
        database.jdbc().execute("TRUNCATE eventsource.dead_letter_queue, eventsource.parked_aggregates");
    }

    /** Some failed entries of 2025, one a day from the first of January on, the last ten of them with another event type. */
    private void fill(String projection, int count) {
        database.jdbc()
                .update(
                        """
                        INSERT INTO eventsource.dead_letter_queue (
                               projection_name, event_id, event_type, position, aggregate_id, aggregate_type, version, revision,
                               bucket, event_timestamp, event_created_at, event_data, error_type, first_failed_at)
                        SELECT ?, md5('event' || i)::uuid, CASE WHEN i > ? - 10 THEN 'withdrawn' ELSE 'deposited' END, i,
                               md5('account' || i % 7)::uuid, 'account', 1, 1, 0, now(), now(), '{}', 'Broken',
                               timestamptz '2025-01-01 00:00:00+00' + i * interval '1 day'
                          FROM generate_series(1, ?) AS i""",
                        projection, count, count);
    }

    @Test
    void pages_give_each_entry_once_in_the_order_of_parking() {
        fill("orders", 25);
        fill("invoices", 5);
        List<Long> ids = new ArrayList<>();

        List<DeadLetter> page = letters.list(DeadLetterRepository.Filter.ALL.withProjection("orders"), 0, 10);
        while (!page.isEmpty()) {
            page.forEach(letter -> ids.add(letter.id()));
            page = letters.list(DeadLetterRepository.Filter.ALL.withProjection("orders"), ids.get(ids.size() - 1), 10);
        }

        assertThat(ids).hasSize(25).isSorted().doesNotHaveDuplicates();
        assertThatIllegalArgumentException().isThrownBy(() -> letters.list(DeadLetterRepository.Filter.ALL, 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> letters.list(DeadLetterRepository.Filter.ALL, 0, DeadLetterRepository.MAX_PAGE + 1));
    }

    @Test
    void a_page_leaves_out_large_payloads_and_a_single_entry_is_read_whole() {
        fill("orders", 3);
        database.jdbc()
                .update(
                        """
                        UPDATE eventsource.dead_letter_queue SET event_data = jsonb_build_object('text', repeat('x', 30000000))
                         WHERE position = 2""");

        List<DeadLetter> page = letters.list(DeadLetterRepository.Filter.ALL, 0, 10);

        assertThat(page).extracting(letter -> letter.event().payload()).containsExactly("{}", "", "{}");
        assertThat(letters.find(page.get(1).id()))
                .hasValueSatisfying(
                        letter -> assertThat(letter.event().payload()).hasSizeGreaterThan(30_000_000));
    }

    @Test
    void a_page_cuts_long_texts_of_errors_and_leaves_out_large_headers() {
        fill("orders", 2);
        database.jdbc()
                .update(
                        """
                        UPDATE eventsource.dead_letter_queue
                           SET error_message = repeat('m', 20000), error_stacktrace = repeat('s', 90000),
                               metadata = jsonb_build_object('baggage', repeat('h', 500000))
                         WHERE position = 1""");

        DeadLetter listed = letters.list(DeadLetterRepository.Filter.ALL, 0, DeadLetterRepository.MAX_PAGE)
                .get(0);

        DeadLetter.Failure cut = Objects.requireNonNull(listed.failure());
        assertThat(cut.errorMessage()).startsWith("mmm").hasSizeLessThan(5_000);
        assertThat(cut.stackTrace()).startsWith("sss").hasSizeLessThan(5_000);
        assertThat(listed.event().metadata().headers()).isEmpty();
        DeadLetter found = letters.find(listed.id()).orElseThrow();
        DeadLetter.Failure whole = Objects.requireNonNull(found.failure());
        assertThat(whole.errorMessage()).hasSize(20_000);
        assertThat(whole.stackTrace()).hasSize(90_000);
        assertThat(found.event().metadata().headers().get("baggage")).hasSize(500_000);
    }

    @Test
    void each_filter_restricts() {
        fill("orders", 25);
        fill("invoices", 5);
        DeadLetter first = letters.list(DeadLetterRepository.Filter.ALL, 0, 1).get(0);
        letters.discard(first.id(), "ann", "why");

        assertThat(letters.list(DeadLetterRepository.Filter.ALL, 0, 100)).hasSize(30);
        assertThat(letters.list(DeadLetterRepository.Filter.OPEN, 0, 100)).hasSize(29);
        assertThat(letters.list(DeadLetterRepository.Filter.ALL.withStatuses(DeadLetter.Status.DISCARDED), 0, 100))
                .extracting(DeadLetter::id)
                .containsExactly(first.id());
        assertThat(letters.list(DeadLetterRepository.Filter.ALL.withProjection("invoices"), 0, 100))
                .hasSize(5);
        assertThat(letters.list(
                        DeadLetterRepository.Filter.ALL.withProjection("orders").withEventType("withdrawn"), 0, 100))
                .hasSize(10);
        assertThat(letters.list(
                        DeadLetterRepository.Filter.ALL.withAggregate(
                                first.event().aggregateId()),
                        0,
                        100))
                .hasSize(5)
                .allMatch(letter ->
                        letter.event().aggregateId().equals(first.event().aggregateId()));
        assertThat(letters.list(
                        DeadLetterRepository.Filter.ALL.withFirstFailure(
                                first.attempts().firstFailedAt().plus(Duration.ofDays(1)),
                                first.attempts().firstFailedAt().plus(Duration.ofDays(3))),
                        0,
                        100))
                .as("the second and third day, of each projection")
                .hasSize(4);
        assertThat(letters.list(DeadLetterRepository.Filter.ALL.withAggregate(UUID.randomUUID()), 0, 100))
                .isEmpty();
    }

    @Test
    void statistics_count_what_is_open_in_all_and_by_projection() {
        fill("orders", 25);
        fill("invoices", 5);
        List<DeadLetter> all = letters.list(DeadLetterRepository.Filter.ALL.withProjection("orders"), 0, 100);
        letters.markRetrying(all.get(4).id());
        letters.discard(all.get(0).id(), "ann", "why");
        letters.resolve(all.get(1).id(), "ann", "how");
        database.jdbc()
                .update(
                        "UPDATE eventsource.dead_letter_queue SET status = 'waiting' WHERE id = ?",
                        all.get(2).id());

        DeadLetterRepository.Statistics statistics = letters.statistics();

        assertThat(statistics.totalFailed()).isEqualTo(26);
        assertThat(statistics.totalRetrying()).isEqualTo(1);
        assertThat(statistics.totalWaiting()).isEqualTo(1);
        assertThat(statistics.depth()).isEqualTo(28);
        assertThat(statistics.affectedProjections()).isEqualTo(2);
        assertThat(statistics.oldestFailure())
                .isEqualTo(letters.list(DeadLetterRepository.Filter.ALL.withProjection("invoices"), 0, 1)
                        .get(0)
                        .attempts()
                        .firstFailedAt());
        assertThat(statistics.byProjection())
                .containsEntry(
                        "orders", new Counts(21, 1, 1, all.get(3).attempts().firstFailedAt()));
    }

    @Test
    void statistics_of_an_empty_queue_are_all_nothing() {
        DeadLetterRepository.Statistics statistics = letters.statistics();

        assertThat(statistics.depth()).isZero();
        assertThat(statistics.oldestFailure()).isNull();
        assertThat(statistics.affectedProjections()).isZero();
    }

    @Test
    void only_what_was_closed_long_enough_ago_is_deleted() {
        fill("orders", 25);
        List<DeadLetter> all = letters.list(DeadLetterRepository.Filter.ALL, 0, 100);
        all.subList(0, 5).forEach(letter -> letters.discard(letter.id(), "ann", "why"));
        all.subList(5, 10).forEach(letter -> letters.resolve(letter.id(), "ann", "how"));
        database.jdbc()
                .update(
                        """
                        UPDATE eventsource.dead_letter_queue SET resolved_at = now() - interval '31 days'
                         WHERE status <> 'failed' AND id % 2 = 0""");

        int deleted = letters.deleteClosed(DeadLetterRepository.RETENTION);

        assertThat(deleted).isEqualTo(5);
        assertThat(letters.list(DeadLetterRepository.Filter.OPEN, 0, 100)).hasSize(15);
        assertThat(letters.list(DeadLetterRepository.Filter.ALL, 0, 100)).hasSize(20);
    }

    @Test
    void open_entries_of_an_aggregate_and_due_ones_are_found_by_indexes() {
        fill("orders", 20_000);
        database.jdbc().update("UPDATE eventsource.dead_letter_queue SET status = 'resolved' WHERE id % 100 <> 0");
        database.jdbc().execute("ANALYZE eventsource.dead_letter_queue");

        assertThat(
                        plan(
                                """
                        SELECT id FROM eventsource.dead_letter_queue
                         WHERE projection_name = 'orders' AND aggregate_id = md5('account1')::uuid
                           AND status IN ('failed', 'waiting', 'retrying') ORDER BY position LIMIT 1"""))
                .contains("dead_letter_queue_open_idx");
        assertThat(
                        plan(
                                """
                        SELECT id FROM eventsource.dead_letter_queue
                         WHERE status IN ('failed', 'waiting', 'retrying') AND next_attempt_at <= clock_timestamp()
                           AND projection_name = ANY ('{orders}') AND id > 0 ORDER BY id LIMIT 100"""))
                .contains("dead_letter_queue_due_idx");
    }

    private String plan(String query) {
        return String.join("\n", database.jdbc().queryForList("EXPLAIN " + query, String.class));
    }
}
