package io.eventsource.subscription;

import java.util.ArrayList;
import java.util.List;

/** Cuts the largest segments, or merges neighbours of nearly one size, until there are as many as asked for. */
final class Resizing {

    /** How often a segment may have got another owner just when it was to be cut. */
    private static final int MAX_REFUSALS = 100;

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
        requireNotMerging(subscription, rows);
        if (count < rows.size()) {
            merge(subscription, rows, count);
        } else {
            split(subscription, rows, count);
        }
    }

    /** What was seen may be outdated when an instance claims the segment meanwhile, as one that was just cut off. */
    private void split(String subscription, List<SegmentRow> seen, int count) {
        List<SegmentRow> rows = seen;
        int refusals = 0;
        while (rows.size() < count) {
            if (!segments.split(SegmentCoordinator.largest(rows))) {
                refusals++;
                requireUnchanged(subscription, refusals < MAX_REFUSALS);
            }
            rows = segments.find(subscription);
            requireNotMerging(subscription, rows);
        }
    }

    private static void requireNotMerging(String subscription, List<SegmentRow> rows) {
        if (rows.stream().anyMatch(row -> row.checkpoint().mergeAt() != null)) {
            throw new IllegalStateException(
                    "Segments of '%s' are being merged. Try again when that has finished.".formatted(subscription));
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
