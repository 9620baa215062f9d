package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventEnvelope;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

/** What tests of an event store share. */
abstract class EventStoreFixture {

    final TestDatabase database;
    final EventStore store;

    EventStoreFixture(TestDatabase database) {
        this.database = database;
        this.store = database.store();
    }

    static StreamAppend deposits(UUID account, long... amounts) {
        return StreamAppend.to(
                "account",
                account,
                LongStream.of(amounts).mapToObj(Deposited::new).toList());
    }

    List<Object> payloads(UUID account) {
        return store.readStream(StreamQuery.of(account)).stream()
                .<Object>map(EventEnvelope::payload)
                .toList();
    }

    long countEvents() {
        return database.jdbc()
                .queryForList("SELECT count(*) FROM eventsource.events", Long.class)
                .get(0);
    }

    long lastDrawnPosition() {
        return database.jdbc()
                .queryForList("SELECT last_value FROM eventsource.events_position_seq", Long.class)
                .get(0);
    }

    EventEnvelope<Object> onlyEvent(UUID account) {
        List<EventEnvelope<Object>> events = store.readStream(StreamQuery.of(account));
        assertThat(events).hasSize(1);
        return events.get(0);
    }
}
