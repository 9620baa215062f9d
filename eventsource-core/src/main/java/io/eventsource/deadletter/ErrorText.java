package io.eventsource.deadletter;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** Text of errors in a form that PostgreSQL can store: parking an event must not fail because of what its error says. */
final class ErrorText {

    private static final int MAX_MESSAGE = 10_000;
    private static final int MAX_STACK_TRACE = 100_000;
    private static final char REPLACEMENT = '\uFFFD';

    private ErrorText() {}

    static @Nullable String message(Throwable error) {
        return error.getMessage() == null ? null : storable(error.getMessage(), MAX_MESSAGE);
    }

    static String stackTrace(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        return storable(text.toString(), MAX_STACK_TRACE);
    }

    /** Cuts, and replaces U+0000 and unpaired surrogates. */
    private static String storable(String text, int limit) {
        StringBuilder storable = new StringBuilder(text.length() > limit ? text.substring(0, limit) : text);
        for (int i = 0; i < storable.length(); i++) {
            char c = storable.charAt(i);
            boolean pair = i + 1 < storable.length() && Character.isSurrogatePair(c, storable.charAt(i + 1));
            if (pair) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                storable.setCharAt(i, REPLACEMENT);
            }
        }
        return storable.toString();
    }
}
