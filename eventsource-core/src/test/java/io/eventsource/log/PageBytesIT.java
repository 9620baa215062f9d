package io.eventsource.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventMetadata;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogReader.LogOutline;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStore.StreamPayloads;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** How many bytes of events are in memory at once. */
@OnEachPostgres
class PageBytesIT {

    private static final int KIB = 1024;
    private static final long PAGE = 64 * KIB;

    private static final int MIB = 1024 * KIB;

    private final TestDatabase database;
    private final EventStore store;
    private final CountingDataSource counting;
    private final LogReader reader;
    private long base;

    PageBytesIT(TestDatabase database) {
        this.database = database;
        this.store = database.store();
        this.counting = new CountingDataSource(database.dataSource());
        this.reader = new LogReader(counting, TestDatabase.SCHEMA, PAGE);
    }

    @BeforeEach
    void beginHere() {
        base = store.highWaterMark();
    }

    private void note(String... texts) {
        List<Noted> events = new ArrayList<>();
        for (String text : texts) {
            events.add(new Noted(text));
        }
        store.append(StreamAppend.to("account", UUID.randomUUID(), events));
    }

    private static String repetitive(int length) {
        return "x".repeat(length);
    }

    private static String random(int length) {
        StringBuilder text = new StringBuilder(length);
        new Random(1).ints(length, 'a', 'z').forEach(letter -> text.append((char) letter));
        return text.toString();
    }

    /** Removes an event as the owner of the tables can. */
    private void erase(long position) {
        database.transaction().executeWithoutResult(status -> {
            database.jdbc().execute("SET LOCAL session_replication_role = replica");
            database.jdbc().update("DELETE FROM eventsource.events WHERE position = ?", position);
        });
    }

    /** A page for whose second statement an event is not there any more. */
    private LogPage pageWhileErasing(long position) {
        AtomicInteger statements = new AtomicInteger();
        DataSource erasing = new DelegatingDataSource(database.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                if (statements.incrementAndGet() == 2) {
                    erase(position);
                }
                return super.getConnection();
            }
        };
        return new LogReader(erasing, TestDatabase.SCHEMA, 16 * MIB)
                .read(LogQuery.after(base).limit(500), store.highWaterMark());
    }

    /** How many statements it takes to read all that was appended as one page. */
    private int statementsForOnePage(int events) {
        LogReader large = new LogReader(counting, TestDatabase.SCHEMA, 16 * MIB);
        long mark = store.highWaterMark();
        int before = counting.statements();

        LogPage page = large.read(LogQuery.after(base).limit(500), mark);

        int statements = counting.statements() - before;
        assertThat(page.events()).hasSize(events).isEqualTo(all());
        assertThat(page.atHighWaterMark()).isTrue();
        return statements;
    }

    /** What was appended, read without any bound. */
    private List<StoredEvent> all() {
        return database.jdbc()
                .query(
                        "SELECT " + EventColumns.ALL + " FROM eventsource.events WHERE position > ? ORDER BY position",
                        EventColumns.MAPPER,
                        base);
    }

    private List<LogPage> pages(int limit) {
        long mark = store.highWaterMark();
        List<LogPage> pages = new ArrayList<>();
        long position = base;
        while (position < mark) {
            LogPage page = reader.read(LogQuery.after(position).limit(limit), mark);
            assertThat(page.nextPosition()).isGreaterThan(position);
            position = page.nextPosition();
            pages.add(page);
        }
        return pages;
    }

    private static long bytes(LogPage page) {
        return page.events().stream().mapToLong(LogReader::size).sum();
    }

    private static List<Integer> lengths(List<LogPage> pages) {
        return pages.stream()
                .flatMap(page -> page.events().stream())
                .map(event -> event.payload().length() - "{\"text\": \"\"}".length())
                .toList();
    }

    @Test
    void a_page_of_ordinary_events_is_one_statement() {
        note(random(10), random(200), random(20));
        long mark = store.highWaterMark();
        int before = counting.statements();

        LogPage page = reader.read(LogQuery.after(base).limit(100), mark);

        assertThat(page.events()).hasSize(3);
        assertThat(page.atHighWaterMark()).isTrue();
        assertThat(counting.statements() - before).isEqualTo(1);
    }

    @Test
    void events_compressed_or_not_come_whole_in_order_in_pages_of_so_many_bytes() {
        note(
                random(10),
                random(20 * KIB),
                repetitive(20 * KIB),
                random(30 * KIB),
                repetitive(60 * KIB),
                random(10),
                random(63 * KIB),
                random(5));

        List<LogPage> pages = pages(100);

        assertThat(lengths(pages)).containsExactly(10, 20 * KIB, 20 * KIB, 30 * KIB, 60 * KIB, 10, 63 * KIB, 5);
        assertThat(pages).hasSizeBetween(4, 6).allSatisfy(page -> assertThat(bytes(page))
                .isLessThanOrEqualTo(PAGE));
    }

    @Test
    void an_event_larger_than_a_page_is_a_page_by_itself() {
        note(random(10), repetitive(300 * KIB), random(300 * KIB), random(10));

        assertThat(pages(100)).extracting(page -> page.events().size()).containsExactly(1, 1, 1, 1);
        assertThat(lengths(pages(1))).containsExactly(10, 300 * KIB, 300 * KIB, 10);
    }

    @Test
    void headers_count_like_payloads() {
        String baggage = random(40 * KIB);
        for (int i = 0; i < 3; i++) {
            store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1))
                    .withMetadata(EventMetadata.none().withHeader("baggage", baggage)));
        }

        List<LogPage> pages = pages(100);

        assertThat(pages).hasSize(3);
        assertThat(pages)
                .allSatisfy(page ->
                        assertThat(page.events().get(0).metadata().headers()).isEqualTo(Map.of("baggage", baggage)));
    }

    @Test
    void an_outline_names_large_events_without_reading_them() {
        note(random(10), repetitive(300 * KIB), random(30 * KIB), random(10));
        long mark = store.highWaterMark();

        LogOutline outline = reader.outline(LogQuery.after(base).limit(4), mark, PAGE);

        assertThat(outline.events())
                .extracting(StoredEvent::eventType)
                .containsOnly("noted")
                .hasSize(4);
        assertThat(outline.unread()).containsExactlyInAnyOrder(base + 2, base + 3);
        assertThat(outline.nextPosition()).isEqualTo(mark);
    }

    @Test
    void large_events_of_a_stream_are_read_when_folding_comes_to_them() {
        UUID stream = UUID.randomUUID();
        EventStore counted = TestDatabase.store(
                counting,
                TestEvents.codec(),
                HighWaterMark.of(counting, TestDatabase.SCHEMA, java.time.Clock.systemUTC()),
                new LogSignal());
        int large = 2 * (int) PageBytes.byHeap() / 64;
        store.append(
                StreamAppend.to("account", stream, List.of(new Noted("a"), new Noted(random(large)), new Noted("b"))));
        int before = counting.statements();

        StreamPayloads payloads = counted.readPayloads(stream, "account", Long.MAX_VALUE);

        assertThat(counting.statements() - before).isEqualTo(1);
        assertThat(payloads.version()).isEqualTo(3);
        assertThat(payloads.payloads()).containsExactly(new Noted("a"), new Noted(random(large)), new Noted("b"));
        assertThat(counting.statements() - before).isEqualTo(2);
    }

    @Test
    void a_page_of_200_events_of_20_kilobytes_is_three_statements() {
        note(Collections.nCopies(200, random(20_000)).toArray(String[]::new));

        assertThat(statementsForOnePage(200)).isLessThanOrEqualTo(3);
    }

    @Test
    void small_events_between_large_ones_cost_no_statement() {
        String large = random(20_000);
        note(Stream.generate(() -> Stream.of("a", large, "b", repetitive(30_000), large))
                .limit(50)
                .flatMap(Function.identity())
                .toArray(String[]::new));

        assertThat(statementsForOnePage(250)).isEqualTo(2);
    }

    @Test
    void events_with_large_headers_are_read_together() {
        String baggage = random(20_000);
        for (int i = 0; i < 50; i++) {
            store.append(StreamAppend.to("account", UUID.randomUUID(), new Deposited(1))
                    .withMetadata(EventMetadata.none().withHeader("baggage", baggage)));
        }

        assertThat(statementsForOnePage(50)).isLessThanOrEqualTo(3);
    }

    @Test
    void a_first_event_that_fills_the_page_leaves_nothing_to_look_for() {
        note(random(100 * KIB), random(20 * KIB), random(20 * KIB));
        long mark = store.highWaterMark();
        int before = counting.statements();

        LogPage page = reader.read(LogQuery.after(base).limit(100), mark);

        assertThat(page.events()).hasSize(1);
        assertThat(page.nextPosition()).isEqualTo(base + 1);
        assertThat(counting.statements() - before).isEqualTo(2);
    }

    @Test
    void the_server_sends_no_more_than_fits_behind_a_large_first_event() {
        note(random(30 * KIB), random(10), random(20 * KIB), repetitive(20 * KIB), random(20 * KIB), random(10));
        LargeEvents large = new LargeEvents(database.jdbc(), TestDatabase.SCHEMA);
        List<StoredEvent> all = all();

        assertThat(large.fitting(List.of(base + 3, base + 4, base + 5), List.of(0L, 0L, 0L), 41 * KIB))
                .containsOnlyKeys(base + 3, base + 4)
                .containsValues(all.get(2), all.get(3));
        assertThat(large.fitting(List.of(base + 3, base + 4, base + 5), List.of(0L, 2L * KIB, 0L), 41 * KIB))
                .containsOnlyKeys(base + 3);
        assertThat(large.fitting(List.of(base + 3, base + 4, base + 5), List.of(0L, 0L, 0L), 62 * KIB))
                .hasSize(3);
        assertThat(large.fitting(List.of(base + 3), List.of(0L), 20 * KIB)).isEmpty();
    }

    @Test
    void large_events_are_found_by_position_however_long_the_log_is() {
        database.jdbc()
                .update(
                        """
                        INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision, bucket,
                               "timestamp", payload)
                        SELECT md5(i::text)::uuid, md5(i::text)::uuid, md5(i::text)::uuid, 'account', 1, 'noted', 1, 0, now(), '{"text": "a"}'
                          FROM generate_series(1, 20000) AS i""");
        database.jdbc().execute("ANALYZE eventsource.events");
        Long[] none = {0L, 0L};
        Long[] positions = {base + 1, base + 2};

        assertThat(plan(LargeEvents.ALONE, base + 1))
                .containsOnlyOnce("Index Scan using events_pkey on events")
                .doesNotContain("Seq Scan on events");
        assertThat(plan(LargeEvents.FITTING, PAGE, none, positions))
                .containsOnlyOnce("Index Scan using events_pkey on events e")
                .contains("Index Scan using events_pkey on events ")
                .doesNotContain("Seq Scan on events");
    }

    private String plan(String statement, Object... arguments) {
        return String.join(
                "\n",
                database.jdbc().queryForList("EXPLAIN " + TestDatabase.SCHEMA.sql(statement), String.class, arguments));
    }

    @Test
    void an_event_erased_while_a_page_is_read_costs_no_other_event() {
        String large = random(20_000);
        note(large, large, large, large);

        LogPage page = pageWhileErasing(base + 3);
        assertThat(page.events()).extracting(StoredEvent::position).containsExactly(base + 1, base + 2);
        assertThat(page.nextPosition()).isEqualTo(base + 2);

        LogPage first = pageWhileErasing(base + 1);
        assertThat(first.events()).isEmpty();
        assertThat(first.nextPosition()).isEqualTo(base + 1);
        assertThat(pages(100).stream().flatMap(each -> each.events().stream()))
                .extracting(StoredEvent::position)
                .containsExactly(base + 2, base + 4);
    }

    @Test
    void pages_of_whatever_limits_together_are_the_log() {
        long seed = Seeds.next(PageBytesIT.class);
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            int length = between(random, 10, 1_000_000);
            String text = random.nextBoolean() ? random(length) : "ä😀".repeat(length / 6);
            EventMetadata metadata = random.nextInt(4) == 0
                    ? EventMetadata.none().withHeader("baggage", random(between(random, 10, 100_000)))
                    : EventMetadata.none();
            store.append(StreamAppend.to("account", UUID.randomUUID(), new Noted(text))
                    .withMetadata(metadata));
        }
        List<StoredEvent> all = all();
        long mark = store.highWaterMark();
        for (int round = 0; round < 12; round++) {
            List<StoredEvent> read = new ArrayList<>();
            long position = base;
            while (position < mark) {
                int limit = between(random, 1, 500);
                long bytes = between(random, 100, 16 * MIB);
                LogPage page = reader.read(LogQuery.after(position).limit(limit), Bucket.Range.ALL, mark, bytes);
                assertThat(page.nextPosition()).as("seed %d", seed).isGreaterThan(position);
                assertThat(page.events()).as("seed %d", seed).hasSizeBetween(1, limit);
                assertThat(page.events().size() == 1 || bytes(page) <= bytes)
                        .as(
                                "seed %d: %d events within %d bytes",
                                seed, page.events().size(), bytes)
                        .isTrue();
                read.addAll(page.events());
                position = page.nextPosition();
            }
            assertThat(read.equals(all)).as("seed %d", seed).isTrue();
        }
    }

    /** A number of any order of magnitude. */
    private static int between(Random random, int least, int most) {
        return (int) Math.round(least * Math.pow((double) most / least, random.nextDouble()));
    }
}
