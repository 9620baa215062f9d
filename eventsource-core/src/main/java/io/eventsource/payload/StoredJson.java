package io.eventsource.payload;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * What a JSON text may hold so that PostgreSQL stores it as {@code jsonb} and gives it back, and so that Jackson reads what comes
 * back. The limits are PostgreSQL's own, the same from version 12 to 18.
 */
public final class StoredJson {

    /** How many digits a number may have before the point: those of PostgreSQL's {@code numeric}. */
    public static final int MAX_INTEGER_DIGITS = 131_072;

    /** How many digits a number may have after the point. */
    public static final int MAX_FRACTION_DIGITS = 16_383;

    /** How deep objects and arrays may be nested. PostgreSQL with its default stack takes several thousand. */
    public static final int MAX_DEPTH = 1_000;

    /** How many bytes a text, and the whole value as PostgreSQL keeps or prints it, may have. */
    public static final int MAX_BYTES = 268_435_455;

    /** Sign, digits, point. */
    private static final int MAX_NUMBER_LENGTH = 1 + MAX_INTEGER_DIGITS + 1 + MAX_FRACTION_DIGITS;

    /** Shorter texts cannot reach {@link #MAX_BYTES}, but by exponents. */
    private static final int SMALL = 16 * 1024 * 1024;

    /**
     * What PostgreSQL cannot keep or give back.
     *
     * @param offset where in the text
     * @param component where in the value, such as {@code lines[2].price}; empty for the value itself
     * @param what what stands there
     */
    public record Problem(int offset, String component, String what) {}

    private StoredJson() {}

    /**
     * A factory whose parsers read whatever PostgreSQL gives back.
     *
     * @return a new factory
     */
    public static JsonFactory factory() {
        return JsonFactory.builder()
                .streamReadConstraints(constraints(StreamReadConstraints.defaults()))
                .build();
    }

    /**
     * Limits of reading that are not below what PostgreSQL gives back.
     *
     * @param given limits that may be wider
     * @return the wider of both
     */
    public static StreamReadConstraints constraints(StreamReadConstraints given) {
        return given.rebuild()
                .maxNestingDepth(Math.max(given.getMaxNestingDepth(), MAX_DEPTH))
                .maxNumberLength(Math.max(given.getMaxNumberLength(), MAX_NUMBER_LENGTH))
                .maxStringLength(Math.max(given.getMaxStringLength(), MAX_BYTES))
                .maxNameLength(Math.max(given.getMaxNameLength(), MAX_BYTES))
                .maxDocumentLength(-1)
                .maxTokenCount(-1)
                .build();
    }

    /**
     * Looks for what PostgreSQL cannot keep or give back. It is one pass over the text, which must be JSON; what is no JSON
     * PostgreSQL refuses by itself.
     *
     * @param json JSON text
     * @return the first problem, or null when there is none
     */
    public static @Nullable Problem problem(String json) {
        if (json.length() <= 2 * MAX_DEPTH && JsonScan.isPlain(json)) {
            return null;
        }
        JsonScan scan = new JsonScan(json);
        String what = scan.run();
        if (what == null && json.length() + scan.expansion() > SMALL) {
            what = JsonSize.problem(json, scan.expansion());
        }
        return what == null ? null : new Problem(scan.offset(), JsonPlace.of(json, scan.offset()), what);
    }

    /**
     * Requires that PostgreSQL can keep a JSON text and give it back.
     *
     * @param what what the text is, such as "payload"
     * @param json JSON text
     * @throws IllegalArgumentException naming the place
     */
    public static void require(String what, String json) {
        Problem problem = problem(json);
        if (problem != null) {
            throw new IllegalArgumentException("The %s holds %s, at offset %d%s"
                    .formatted(
                            what,
                            problem.what(),
                            problem.offset(),
                            problem.component().isEmpty() ? "" : " (" + problem.component() + ")"));
        }
    }
}
