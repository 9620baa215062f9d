package io.eventsource.subscription;

import java.util.ArrayList;
import java.util.List;

/** Cuts the largest segments, or merges neighbours of nearly one size, until there are as many as asked for. */
final class Resizing {

    private final SegmentRepository segments;

    Resizing(SegmentRepository segments) {
        this.segments = segments;
    }

    void resize(String subscription, int count) {
        List<SegmentRow> rows = segments.find(subscription);
        if (rows.isEmpty()) {
            throw new IllegalStateException("'%s' has no segments yet. Start it first.".formatted(subscription));
        }
        if (count < 1
                || count
                        > rows.stream()
                                .mapToInt(row -> row.checkpoint().buckets().size())
                                .sum()) {
            throw new IllegalArgumentException("A subscription has 1 to 1,024 segments, but not " + count);
        }
        if (rows.stream().anyMatch(row -> row.checkpoint().mergeAt() != null)) {
            throw new IllegalStateException(
                    "Segments of '%s' are being merged. Try again when that has finished.".formatted(subscription));
        }
        if (count < rows.size()) {
            merge(subscription, rows, count);
        }
        while (rows.size() < count) {
            requireUnchanged(subscription, segments.split(SegmentCoordinator.largest(rows)));
            rows = segments.find(subscription);
        }
    }

    /** Groups of as many neighbours as it takes, so that as many segments remain. */
    private void merge(String subscription, List<SegmentRow> rows, int count) {
        List<List<SegmentRow>> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            groups.add(rows.subList(rows.size() * i / count, rows.size() * (i + 1) / count));
        }
        for (List<SegmentRow> group : groups) {
            if (group.size() > 1) {
                requireUnchanged(subscription, segments.merge(subscription, group));
            }
        }
    }

    private static void requireUnchanged(String subscription, boolean unchanged) {
        if (!unchanged) {
            throw new IllegalStateException(
                    "The segments of '%s' were changed by somebody else at the same time. Look at them and try again."
                            .formatted(subscription));
        }
    }
}
