package io.eventsource.store;

import io.eventsource.event.EncodedPayload;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventMetadata;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.util.IdGenerator;

/** An append with everything assigned and encoded: what the database is told. */
record EncodedAppend(StreamAppend append, UUID appendId, List<Row> rows) {

    /** One event. */
    record Row(
            UUID eventId,
            EncodedPayload payload,
            Instant timestamp,
            EventMetadata metadata,
            @Nullable String headers) {}

    static EncodedAppend of(StreamAppend append, EventCodec codec, Clock clock, IdGenerator ids) {
        // the database keeps microseconds
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<Row> rows = append.events().stream()
                .map(event -> {
                    EventMetadata metadata = Objects.requireNonNullElse(event.metadata(), append.metadata());
                    return new Row(
                            event.eventId() == null ? ids.generateId() : event.eventId(),
                            codec.encode(event.payload()),
                            event.timestamp() == null ? now : event.timestamp(),
                            metadata,
                            StoredEventMapper.headersJson(metadata.headers()));
                })
                .toList();
        return new EncodedAppend(append, append.appendId() == null ? ids.generateId() : append.appendId(), rows);
    }
}
