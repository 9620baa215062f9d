package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventMetadata;
import io.eventsource.event.StoredEvent;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many bytes of events are in memory at once. */
@OnEachPostgres
class PageBytesIT {

    private static final int KIB = 1024;
    private static final long PAGE = 64 * KIB;

    private final EventStore store;
    private final CountingDataSource counting;
    private final LogReader reader;
    private long base;

    PageBytesIT(TestDatabase database) {
        this.store = database.store();
        this.counting = new CountingDataSource(database.dataSource());
        this.reader = new LogReader(counting, TestDatabase.SCHEMA, PAGE);
    }

    @BeforeEach
    void beginHere() {
        base = store.settledHead();
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

    private List<LogPage> pages(int limit) {
        long head = store.settledHead();
        List<LogPage> pages = new ArrayList<>();
        long position = base;
        while (position < head) {
            LogPage page = reader.read(LogQuery.after(position).limit(limit), head);
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
        long head = store.settledHead();
        int before = counting.statements();

        LogPage page = reader.read(LogQuery.after(base).limit(100), head);

        assertThat(page.events()).hasSize(3);
        assertThat(page.atHead()).isTrue();
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
        long head = store.settledHead();

        LogOutline outline = reader.outline(LogQuery.after(base).limit(4), head, PAGE);

        assertThat(outline.events())
                .extracting(StoredEvent::eventType)
                .containsOnly("noted")
                .hasSize(4);
        assertThat(outline.unread()).containsExactlyInAnyOrder(base + 2, base + 3);
        assertThat(outline.nextPosition()).isEqualTo(head);
    }

    @Test
    void large_events_of_a_stream_are_read_when_folding_comes_to_them() {
        UUID stream = UUID.randomUUID();
        EventStore counted = TestDatabase.store(
                counting,
                TestEvents.codec(),
                LogHead.of(counting, TestDatabase.SCHEMA, java.time.Clock.systemUTC()),
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
}
