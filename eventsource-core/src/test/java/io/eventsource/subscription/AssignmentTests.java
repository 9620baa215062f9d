package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.log.Bucket;
import io.eventsource.subscription.InstanceSettings.StaticPartition;
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
                        new Checkpoint(new Bucket.Range(key.segment(), key.segment()), 0, 0, null, null),
                        owners.get(key) != null && running.contains(owners.get(key)) ? owners.get(key) : null,
                        running,
                        ControlRepository.Control.NONE))
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
        SegmentRow free = new SegmentRow(
                "orders", Checkpoint.NONE, null, Set.of(instances.get(1)), ControlRepository.Control.NONE);

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
    void numbered_instances_take_every_second_segment() {
        segments("orders", 5);

        assertThat(numbers(fixed(0).claims())).containsExactly(0, 2, 4);
        assertThat(numbers(fixed(1).claims())).containsExactly(1, 3);
        assertThat(fixed(0).releases()).isEmpty();
    }

    @Test
    void numbered_instances_give_up_what_is_not_of_their_part_any_more() {
        segments("orders", 5);
        owners.keySet().forEach(key -> owners.put(key, instances.get(0)));

        assertThat(numbers(fixed(0).releases())).containsExactly(1, 3);
        assertThat(fixed(1).releases()).isEmpty();
    }

    private Assignment fixed(int id) {
        return Assignment.fixed(
                rows(Set.copyOf(instances.subList(0, 2))), new StaticPartition(id, 2), instances.get(id));
    }

    private static List<Integer> numbers(List<SegmentRow> rows) {
        return rows.stream().map(SegmentRow::number).toList();
    }

    @Test
    void what_nobody_runs_is_nobodys() {
        SegmentRow orphan = new SegmentRow("retired", Checkpoint.NONE, null, Set.of(), ControlRepository.Control.NONE);

        assertThat(Assignment.fair(List.of(orphan), instances.get(0))).isEqualTo(new Assignment(List.of(), List.of()));
    }
}
