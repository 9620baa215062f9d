package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.Threads;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TimeOrderedIdGeneratorTests {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123Z");

    private final TimeOrderedIdGenerator frozen =
            new TimeOrderedIdGenerator(Clock.fixed(NOW, ZoneOffset.UTC), new SecureRandom());

    @Test
    void an_id_is_of_version_7_and_holds_the_time() {
        UUID id = frozen.generateId();
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void ids_rise_within_a_millisecond_and_beyond_a_full_counter() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(frozen.generateId().toString());
        }
        assertThat(ids).isSortedAccordingTo(Comparator.naturalOrder()).doesNotHaveDuplicates();
        assertThat(UUID.fromString(ids.get(9_999)).version()).isEqualTo(7);
    }

    @Test
    void ids_rise_when_the_clock_goes_back() {
        Instant[] now = {NOW};
        TimeOrderedIdGenerator ids = new TimeOrderedIdGenerator(
                new Clock() {
                    @Override
                    public java.time.ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(java.time.ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return now[0];
                    }
                },
                new SecureRandom());
        String before = ids.generateId().toString();
        now[0] = NOW.minusSeconds(3600);
        assertThat(ids.generateId().toString()).isGreaterThan(before);
    }

    @Test
    void ids_of_several_threads_are_distinct() {
        List<List<UUID>> ids = Threads.race(4, () -> {
            List<UUID> own = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                own.add(frozen.generateId());
            }
            return own;
        });
        Set<UUID> all = new HashSet<>();
        ids.stream().flatMap(Collection::stream).forEach(all::add);
        assertThat(all).hasSize(20_000);
    }
}
