package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.store.BucketRange;
import io.eventsource.testing.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AssignmentTests {

    private static final int ROUNDS = 200;

    private final List<UUID> instances =
            List.of(new UUID(0, 1), new UUID(0, 2), new UUID(0, 3), new UUID(0, 4), new UUID(0, 5));

    /** Segments by subscription and number, and who owns them. */
    private final Map<SegmentKey, @Nullable UUID> owners = new HashMap<>();

    private List<SegmentRow> rows(Set<UUID> running) {
        return owners.keySet().stream()
                .sorted(java.util.Comparator.comparing(SegmentKey::subscription).thenComparing(SegmentKey::segment))
                .map(key -> new SegmentRow(
                        key.subscription(),
                        new Checkpoint(new BucketRange(key.segment(), key.segment()), 0, 0, null, null),
                        owners.get(key) != null && running.contains(owners.get(key)) ? owners.get(key) : null,
                        running))
                .toList();
    }

    /** Each instance in turn decides by what it sees then. Says whether anything has moved. */
    private boolean round(List<UUID> running) {
        Map<SegmentKey, @Nullable UUID> before = new HashMap<>(owners);
        for (UUID me : running) {
            Assignment assignment = Assignment.fair(rows(Set.copyOf(running)), me);
            assertThat(assignment.releases()).hasSizeLessThanOrEqualTo(1);
            assignment.claims().forEach(row -> owners.put(row.key(), me));
            assignment.releases().forEach(row -> owners.put(row.key(), null));
        }
        return !before.equals(owners);
    }

    private void settle(List<UUID> running) {
        int rounds = 0;
        while (round(running)) {
            assertThat(++rounds).isLessThan(1_000);
        }
    }

    private void segments(String subscription, int count) {
        for (int i = 0; i < count; i++) {
            owners.put(new SegmentKey(subscription, i), null);
        }
    }

    private Map<UUID, Long> shares(String subscription) {
        return owners.entrySet().stream()
                .filter(each -> each.getKey().subscription().equals(subscription) && each.getValue() != null)
                .collect(Collectors.groupingBy(Map.Entry::getValue, Collectors.counting()));
    }

    @Test
    void three_instances_have_four_of_twelve_segments_each() {
        segments("orders", 12);

        settle(instances.subList(0, 3));

        assertThat(shares("orders").values()).containsExactly(4L, 4L, 4L);
    }

    @Test
    void an_instance_that_joins_gets_its_share() {
        segments("orders", 12);
        settle(instances.subList(0, 3));

        settle(instances.subList(0, 4));

        assertThat(shares("orders").values()).containsExactly(3L, 3L, 3L, 3L);
    }

    @Test
    void subscriptions_of_one_segment_are_spread_over_the_instances() {
        for (int i = 0; i < 9; i++) {
            segments("projection-" + i, 1);
        }
        settle(instances.subList(0, 1));

        settle(instances.subList(0, 3));

        assertThat(owners.values().stream()
                        .collect(Collectors.groupingBy(each -> each, Collectors.counting()))
                        .values())
                .containsExactly(3L, 3L, 3L);
    }

    @Test
    void an_instance_that_does_not_drive_a_subscription_gets_none_of_it() {
        SegmentRow free = new SegmentRow("orders", Checkpoint.NONE, null, Set.of(instances.get(1)));

        assertThat(Assignment.fair(List.of(free), instances.get(0)).claims()).isEmpty();
    }

    @Test
    void whoever_comes_and_goes_all_segments_end_owned_in_equal_shares() {
        Random random = new Random(Seeds.next(getClass()));
        segments("orders", 12);
        segments("customers", 5);
        segments("totals", 1);
        for (int i = 0; i < ROUNDS; i++) {
            List<UUID> running = new ArrayList<>(instances);
            java.util.Collections.shuffle(running, random);
            running = running.subList(0, 1 + random.nextInt(instances.size()));
            if (random.nextBoolean()) {
                round(running);
                continue;
            }

            settle(running);

            for (String each : List.of("orders", "customers", "totals")) {
                List<Long> shares = new ArrayList<>(shares(each).values());
                while (shares.size() < running.size()) {
                    shares.add(0L);
                }
                assertThat(shares.stream().mapToLong(Long::longValue).max().orElseThrow()
                                - shares.stream()
                                        .mapToLong(Long::longValue)
                                        .min()
                                        .orElseThrow())
                        .isLessThanOrEqualTo(1);
            }
            assertThat(owners.values()).allMatch(Set.copyOf(running)::contains);
        }
    }

    @Test
    void numbered_instances_take_every_second_segment_and_give_none_up() {
        segments("orders", 5);

        List<Integer> first = Assignment.fixed(rows(Set.of()), new StaticPartition(0, 2)).claims().stream()
                .map(SegmentRow::number)
                .toList();
        List<Integer> second = Assignment.fixed(rows(Set.of()), new StaticPartition(1, 2)).claims().stream()
                .map(SegmentRow::number)
                .toList();

        assertThat(first).containsExactly(0, 2, 4);
        assertThat(second).containsExactly(1, 3);
    }
}
