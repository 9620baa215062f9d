package io.eventsource.store;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventCodec.EncodedPayload;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.EventColumns;
import io.eventsource.store.AppendException.InvalidAppendException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.IdGenerator;

/** An append with everything assigned and encoded: what the database is told. */
record EncodedAppend(StreamAppend append, UUID appendId, List<Row> rows) {

    /** More events than this belong into several appends: one statement has to carry them all. */
    private static final int MAX_EVENTS = 50_000;

    /** PostgreSQL refuses messages of 1 GiB; this leaves room for the longest encoding of each character. */
    private static final long MAX_CHARACTERS = 256L * 1024 * 1024;

    /** One event. */
    record Row(
            UUID eventId,
            EncodedPayload payload,
            Instant timestamp,
            EventMetadata metadata,
            @Nullable String headers) {}

    /** Encodes in the thread that appends: what its {@link MetadataContext} says holds wherever the append runs later. */
    static EncodedAppend of(StreamAppend given, EventCodec codec, Clock clock, IdGenerator ids) {
        EventMetadata context = MetadataContext.current();
        StreamAppend append = given.withMetadata(given.metadata().withDefaults(context));
        checkCount(append);
        // the database keeps microseconds
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<Row> rows = append.events().stream()
                .map(event -> {
                    EventMetadata metadata = event.metadata() == null
                            ? append.metadata()
                            : event.metadata().withDefaults(context);
                    return new Row(
                            event.eventId() == null ? ids.generateId() : event.eventId(),
                            codec.encode(event.payload()),
                            event.timestamp() == null ? now : event.timestamp(),
                            metadata,
                            EventColumns.headersJson(metadata.headers()));
                })
                .toList();
        EncodedAppend encoded =
                new EncodedAppend(append, append.appendId() == null ? ids.generateId() : append.appendId(), rows);
        encoded.checkCharacters();
        return encoded;
    }

    private static void checkCount(StreamAppend append) {
        int count = append.events().size();
        if (count == 0) {
            throw new InvalidAppendException(
                    append,
                    "%s %s: an append needs at least one event."
                            .formatted(append.aggregateType(), append.aggregateId()));
        }
        if (count > MAX_EVENTS) {
            throw new InvalidAppendException(
                    append,
                    "%s %s: %d events are too many for one append, the limit is %d. Append them in several steps."
                            .formatted(append.aggregateType(), append.aggregateId(), count, MAX_EVENTS));
        }
    }

    private void checkCharacters() {
        if (characters() > MAX_CHARACTERS) {
            throw new InvalidAppendException(
                    append,
                    "%s %s: the payloads and headers have %d characters together, the limit of one append is %d. Append them in several steps, or keep large content elsewhere."
                            .formatted(append.aggregateType(), append.aggregateId(), characters(), MAX_CHARACTERS));
        }
    }

    /** How long the payloads and headers are together. */
    long characters() {
        long characters = 0;
        for (Row row : rows) {
            characters += row.payload().json().length()
                    + (row.headers() == null ? 0L : row.headers().length());
        }
        return characters;
    }

    /** The events as they will be stored, but for the position and the database's time, which they do not have yet. */
    Stream<StoredEvent> storedEvents(long firstVersion) {
        return IntStream.range(0, rows.size()).mapToObj(i -> {
            Row row = rows.get(i);
            return new StoredEvent(
                    new EventHeader(
                            0,
                            row.eventId(),
                            append.aggregateId(),
                            append.aggregateType(),
                            firstVersion + i,
                            new EventRevision(
                                    row.payload().eventType(), row.payload().revision()),
                            row.timestamp(),
                            row.timestamp(),
                            row.metadata().withTenantId(append.metadata().tenantId())),
                    row.payload().json());
        });
    }
}
