package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.event.EventDecodingException.UnknownEventTypeException;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.signal.LogSignal;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Noted;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What reading the log gives, whatever the layout of the tables. */
abstract class ReadingTheLogContract extends EventStoreFixture {

    ReadingTheLogContract(TestDatabase database) {
        super(database);
    }

    private final long start = store.readLog(LogQuery.after(0)).highWaterMark();

    private List<Long> positions(LogQuery query) {
        return store.readLog(query).events().stream().map(StoredEvent::position).toList();
    }

    @Test
    void events_come_by_position_over_all_streams() {
        AppendResult first = store.append(deposits(UUID.randomUUID(), 1));
        AppendResult second = store.append(deposits(UUID.randomUUID(), 1, 2));

        LogPage page = store.readLog(LogQuery.after(start));

        assertThat(page.events())
                .extracting(StoredEvent::position)
                .containsExactly(first.firstPosition(), second.firstPosition(), second.lastPosition());
        assertThat(page.nextPosition()).isEqualTo(second.lastPosition());
        assertThat(page.highWaterMark()).isEqualTo(second.lastPosition());
        assertThat(page.atHighWaterMark()).isTrue();
        assertThat(store.decode(page.events().get(2))).singleElement().satisfies(event -> assertThat(event.payload())
                .isEqualTo(new Deposited(2)));
    }

    @Test
    void pages_follow_each_other_without_gap_or_overlap() {
        store.append(deposits(UUID.randomUUID(), 1, 2, 3, 4, 5, 6, 7));
        List<Long> seen = new ArrayList<>();
        LogPage page = store.readLog(LogQuery.after(start).limit(3));
        while (!page.events().isEmpty()) {
            page.events().forEach(event -> seen.add(event.position()));
            page = store.readLog(LogQuery.after(page.nextPosition()).limit(3));
        }
        assertThat(seen).containsExactlyElementsOf(positions(LogQuery.after(start)));
        assertThat(seen).hasSize(7);
        assertThat(page.atHighWaterMark()).isTrue();
    }

    @Test
    void filters_by_type_aggregate_type_and_tenant_apply_together_and_the_page_goes_on_behind_what_they_hide() {
        String tenant = UUID.randomUUID().toString();
        EventMetadata metadata = EventMetadata.none().withTenantId(tenant);
        AppendResult wanted = store.append(
                StreamAppend.to("account", UUID.randomUUID(), new Withdrawn(1)).withMetadata(metadata));
        store.append(
                StreamAppend.to("order", UUID.randomUUID(), new Withdrawn(1)).withMetadata(metadata));
        store.append(
                StreamAppend.to("account", UUID.randomUUID(), new Noted("x")).withMetadata(metadata));
        long last = store.append(StreamAppend.to("account", UUID.randomUUID(), new Withdrawn(1)))
                .lastPosition();
        LogQuery all = LogQuery.after(start);

        assertThat(positions(all.tenantId(tenant))).hasSize(3);
        assertThat(positions(all.aggregateTypes(Set.of("order", "nothing")))).hasSize(1);
        assertThat(positions(all.eventTypes(Set.of("noted")))).hasSize(1);
        assertThat(positions(all.eventTypes(Set.of("noted", "withdrawn")))).hasSize(4);

        LogPage page = store.readLog(
                all.tenantId(tenant).aggregateTypes(Set.of("account")).eventTypes(Set.of("withdrawn")));
        assertThat(page.events()).extracting(StoredEvent::position).containsExactly(wanted.firstPosition());
        assertThat(page.nextPosition()).isEqualTo(last);
    }

    @Test
    void a_full_page_goes_on_behind_its_last_event() {
        AppendResult result = store.append(deposits(UUID.randomUUID(), 1, 2, 3));

        LogPage page = store.readLog(LogQuery.after(start).limit(2));

        assertThat(page.nextPosition()).isEqualTo(result.firstPosition() + 1);
        assertThat(page.atHighWaterMark()).isFalse();
    }

    @Test
    void the_end_of_the_log_is_an_empty_page_that_stays_where_it_is() {
        LogPage page = store.readLog(LogQuery.after(start));
        assertThat(page).isEqualTo(new LogPage(List.of(), start, start));
    }

    @Test
    void a_type_that_nobody_registered_is_read_undecoded() {
        store.append(deposits(UUID.randomUUID(), 1));
        EventStore other = database.store(TestEvents.codec(EventRegistry.of(Noted.class)), new LogSignal());

        LogPage page = other.readLog(LogQuery.after(start));

        assertThat(page.events()).extracting(StoredEvent::payload).containsExactly("{\"amount\": 1}");
        assertThatExceptionOfType(UnknownEventTypeException.class)
                .isThrownBy(() -> other.decode(page.events().get(0)));
    }

    @Test
    void events_of_the_surrounding_transaction_are_not_in_the_log_yet_but_in_their_stream() {
        UUID account = UUID.randomUUID();
        database.transaction().executeWithoutResult(status -> {
            store.append(deposits(account, 1));
            assertThat(payloads(account)).containsExactly(new Deposited(1));
            assertThat(store.currentVersion(account)).isEqualTo(1);
            assertThat(store.readLog(LogQuery.after(start)).events()).isEmpty();
            status.setRollbackOnly();
        });
        assertThat(store.exists(account)).isFalse();
        assertThat(store.readLog(LogQuery.after(start)).events()).isEmpty();
    }
}
