package io.eventsource.store;

import io.eventsource.store.AppendException.InvalidAppendException;
import io.eventsource.store.AppendException.StreamMismatchException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the database answered to an append.
 *
 * @param outcome the word that the append functions use
 * @param version the version that the append ended at, or the actual one where it was refused
 * @param actual the type or tenant that the stream belongs to, where that was the reason
 * @param firstPosition the first position, 0 where none has been drawn yet
 * @param lastPosition the last position, 0 likewise
 */
record AppendOutcome(String outcome, long version, @Nullable String actual, long firstPosition, long lastPosition) {

    /** The results of appends that belong together, or the refusal of the one that was refused. */
    static List<AppendResult> results(List<EncodedAppend> appends, List<@Nullable AppendOutcome> outcomes) {
        requireAccepted(appends, outcomes);
        return IntStream.range(0, appends.size())
                .mapToObj(i -> Objects.requireNonNull(outcomes.get(i))
                        .result(appends.get(i).append()))
                .toList();
    }

    /** Throws the refusal of the one that was refused. */
    static void requireAccepted(List<EncodedAppend> appends, List<@Nullable AppendOutcome> outcomes) {
        for (int i = 0; i < appends.size(); i++) {
            AppendOutcome outcome = outcomes.get(i);
            if (outcome != null && !outcome.accepted()) {
                throw outcome.refusal(appends.get(i).append());
            }
        }
    }

    /** What comes of an append whose events are not inserted yet. */
    static AppendOutcome appended(long version) {
        return new AppendOutcome("appended", version, null, 0, 0);
    }

    boolean accepted() {
        return outcome.equals("appended") || outcome.equals("duplicate");
    }

    boolean duplicate() {
        return outcome.equals("duplicate");
    }

    /** Whether somebody's transaction holds the stream and the append was told not to wait. */
    boolean busy() {
        return outcome.equals("busy");
    }

    AppendResult result(StreamAppend append) {
        return new AppendResult(
                append.aggregateId(),
                version - append.events().size() + 1,
                version,
                firstPosition,
                lastPosition,
                duplicate());
    }

    AppendException refusal(StreamAppend append) {
        return switch (outcome) {
            case "conflict" -> new VersionConflictException(append, version);
            case "type" -> StreamMismatchException.type(append, String.valueOf(actual));
            case "tenant" -> StreamMismatchException.tenant(append);
            case "partly duplicate" ->
                new InvalidAppendException(
                        append,
                        "%s %s: some of these appends were done before under the same append ids and some were not. An append to several streams is retried as a whole, with the ids it had."
                                .formatted(append.aggregateType(), append.aggregateId()));
            default -> throw new IllegalStateException("Unknown outcome of an append: " + this);
        };
    }
}
