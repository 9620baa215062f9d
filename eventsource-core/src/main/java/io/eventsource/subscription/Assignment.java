package io.eventsource.subscription;

import io.eventsource.subscription.InstanceSettings.StaticPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Which segments an instance takes and gives up, by what it sees. Every instance decides for itself by the same rules; where they
 * see different things, the database lets one have a segment.
 *
 * <ol>
 *   <li>A segment that nobody owns goes to the running instance with the fewest segments of that subscription, among these to
 *       the one with the fewest segments altogether, among these to one that follows from the ids.
 *   <li>An owner gives up a segment when another instance that drives the subscription has at least two fewer of it, or one
 *       fewer of it and at least two fewer altogether. It gives up one at a time, and none of a subscription that has a free one:
 *       that one is on its way already.
 * </ol>
 *
 * Each move makes the counts more equal, so the moving ends.
 *
 * @param claims segments to take
 * @param releases segments to give up
 */
record Assignment(List<SegmentRow> claims, List<SegmentRow> releases) {

    /** By the rules above. */
    static Assignment fair(List<SegmentRow> rows, UUID me) {
        Counts counts = new Counts(rows);
        List<SegmentRow> claims = new ArrayList<>();
        for (SegmentRow row : rows) {
            if (row.owner() == null && !row.candidates().isEmpty()) {
                UUID next = counts.nextOwner(row);
                counts.add(row.subscription(), next);
                if (next.equals(me)) {
                    claims.add(row);
                }
            }
        }
        return new Assignment(claims, claims.isEmpty() ? surplus(rows, counts, me) : List.of());
    }

    /**
     * Every instance takes a fixed part of the segments of each subscription, whoever else is running, and gives up what is not of
     * its part any more.
     */
    static Assignment fixed(List<SegmentRow> rows, StaticPartition partition, UUID me) {
        List<SegmentRow> claims = new ArrayList<>();
        List<SegmentRow> releases = new ArrayList<>();
        Map<String, Integer> index = new HashMap<>();
        for (SegmentRow row : rows) {
            int number = index.merge(row.subscription(), 1, Integer::sum) - 1;
            if (!row.candidates().contains(me)) {
                continue;
            }
            if (row.owner() == null && partition.owns(number)) {
                claims.add(row);
            } else if (me.equals(row.owner()) && !partition.owns(number)) {
                releases.add(row);
            }
        }
        return new Assignment(claims, releases);
    }

    private static List<SegmentRow> surplus(List<SegmentRow> rows, Counts counts, UUID me) {
        Set<String> moving = rows.stream()
                .filter(row -> row.owner() == null)
                .map(SegmentRow::subscription)
                .collect(Collectors.toSet());
        for (SegmentRow row : rows) {
            if (me.equals(row.owner())
                    && row.candidates().contains(me)
                    && !moving.contains(row.subscription())
                    && row.candidates().stream().anyMatch(other -> counts.lessThan(other, me, row.subscription()))) {
                return List.of(row);
            }
        }
        return List.of();
    }

    /** How many segments each instance has. */
    private static final class Counts {

        private record Of(String subscription, UUID instance) {}

        private final Map<Of, Integer> bySubscription = new HashMap<>();
        private final Map<UUID, Integer> total = new HashMap<>();

        Counts(List<SegmentRow> rows) {
            rows.forEach(row -> {
                if (row.owner() != null) {
                    add(row.subscription(), row.owner());
                }
            });
        }

        void add(String subscription, UUID instance) {
            bySubscription.merge(new Of(subscription, instance), 1, Integer::sum);
            total.merge(instance, 1, Integer::sum);
        }

        private int of(String subscription, UUID instance) {
            return bySubscription.getOrDefault(new Of(subscription, instance), 0);
        }

        private int total(UUID instance) {
            return total.getOrDefault(instance, 0);
        }

        UUID nextOwner(SegmentRow row) {
            return row.candidates().stream()
                    .min(Comparator.comparingInt((UUID each) -> of(row.subscription(), each))
                            .thenComparingInt(this::total)
                            .thenComparingInt(each -> Objects.hash(each, row.subscription(), row.number()))
                            .thenComparing(UUID::compareTo))
                    .orElseThrow();
        }

        boolean lessThan(UUID other, UUID me, String subscription) {
            int fewer = of(subscription, me) - of(subscription, other);
            return fewer >= 2 || (fewer == 1 && total(me) - total(other) >= 2);
        }
    }
}
