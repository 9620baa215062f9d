package io.eventsource.evolution;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Which types and revisions are stored, and which of them no class and no upcaster reads.
 *
 * @param found all types and revisions that were found, in their order
 * @param unreadable those of them that have no way to a class
 * @param estimated whether this is an estimate: counts are extrapolated, and rare types may be missing
 * @param basis what was looked at, in words
 */
public record EventSurveyResult(
        List<RevisionCount> found, List<RevisionCount> unreadable, boolean estimated, String basis) {

    /**
     * What cannot be read, in one line.
     *
     * @return the unreadable types and revisions with their counts, and what the counts are based on
     */
    public String describe() {
        if (unreadable.isEmpty()) {
            return "Every stored type and revision that was found can be read (%s).".formatted(basis);
        }
        return "The store holds events that no class and no upcaster reads: %s (%s). Whatever meets them fails. Register their classes, name aliases, or declare upcasters; for revisions of newer code, deploy that code."
                .formatted(unreadable.stream().map(this::describe).collect(Collectors.joining(", ")), basis);
    }

    private String describe(RevisionCount each) {
        return "%s%s %,d times".formatted(each.revision(), estimated ? " about" : "", each.count());
    }
}
