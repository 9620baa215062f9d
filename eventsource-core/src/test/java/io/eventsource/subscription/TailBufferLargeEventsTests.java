package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.Bucket;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TailBufferLargeEventsTests {

    private static final int ROOM = 1_000;

    private final TailBuffer buffer = new TailBuffer(ROOM);

    private static StoredEvent event(long position, String type, int length) {
        return new StoredEvent(
                new EventHeader(
                        position,
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        "account",
                        1,
                        new EventRevision(type, 1),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none()),
                "x".repeat(length));
    }

    private TailBuffer.@org.jspecify.annotations.Nullable Slice read(long position, String... types) {
        return buffer.read(
                position, 100, new SubscriptionSettings.Filter(Set.of(types), Set.of(), null), Bucket.Range.ALL, 10);
    }

    @Test
    void a_large_event_is_left_to_those_who_want_it_and_passed_by_the_others() {
        buffer.append(
                List.of(event(1, "small", 10), event(2, "large", 900), event(3, "unread", 0), event(4, "small", 10)),
                4);

        assertThat(read(0, "small")).satisfies(slice -> {
            assertThat(slice.events()).extracting(TailEvent::position).containsExactly(1L, 4L);
            assertThat(slice.nextPosition()).isEqualTo(4);
        });
        assertThat(read(0, "small", "large")).satisfies(slice -> {
            assertThat(slice.events()).extracting(TailEvent::position).containsExactly(1L);
            assertThat(slice.nextPosition()).isEqualTo(1);
        });
        assertThat(read(1, "small", "large")).isNull();
        assertThat(read(2, "unread")).isNull();
        assertThat(read(3, "small", "unread"))
                .satisfies(slice -> assertThat(slice.nextPosition()).isEqualTo(4));
    }

    @Test
    void what_is_kept_is_bounded_by_its_length() {
        for (long position = 1; position <= 20; position++) {
            buffer.append(List.of(event(position, "small", 100)), position);
        }

        assertThat(read(9, "small")).isNull();
        assertThat(read(10, "small"))
                .satisfies(slice -> assertThat(slice.events()).hasSize(10));
    }
}
