package io.eventsource.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.store.EventStore;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.IdGenerator;

class BucketTests {

    @ParameterizedTest
    @CsvSource({
        "00000000-0000-0000-0000-000000000000, 0",
        "00000000-0000-0000-0000-000000000001, 812",
        "0191f3a0-7c2e-7b3a-9f00-0123456789ab, 852",
        "ffffffff-ffff-ffff-0000-000000000000, 801",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8, 163"
    })
    void a_stored_bucket_never_changes(UUID aggregateId, short bucket) {
        assertThat(Bucket.of(aggregateId)).isEqualTo(bucket);
    }

    @Test
    void random_ids_spread_evenly() {
        Random random = new Random(1);
        assertEven(() -> new UUID(random.nextLong(), random.nextLong()));
    }

    @Test
    void time_ordered_ids_spread_evenly() {
        IdGenerator ids = EventStore.timeOrderedIds(Clock.systemUTC(), new Random(1));
        assertEven(ids::generateId);
    }

    @Test
    void counted_ids_spread_evenly() {
        long[] next = {0};
        assertEven(() -> new UUID(0x11d180b400c04fd4L, next[0]++));
    }

    private static void assertEven(Supplier<UUID> ids) {
        int expected = 200;
        int[] counts = new int[Bucket.COUNT];
        for (int i = 0; i < expected * Bucket.COUNT; i++) {
            counts[Bucket.of(ids.get())]++;
        }
        double chiSquare = 0;
        for (int count : counts) {
            chiSquare += (double) (count - expected) * (count - expected) / expected;
        }
        // 1,023 degrees of freedom: standard deviation 45; five of them on either side
        assertThat(chiSquare).isBetween(1023.0 - 226, 1023.0 + 226);
    }
}
