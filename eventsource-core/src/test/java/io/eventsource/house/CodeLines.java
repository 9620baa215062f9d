package io.eventsource.house;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lines of a file that have more than comments and white space. */
final class CodeLines {

    /** Literals come first, so that what looks like a comment inside them is none. Possessive, so that long ones need no stack. */
    private static final Pattern LITERAL_OR_COMMENT = Pattern.compile(
            """
            \"""(?:[^\\\\"]|\\\\.|"(?!""))*+\"""|"(?:[^\\\\"\\n]|\\\\.)*+"|'(?:[^\\\\'\\n]|\\\\.)++'|(?<comment>/\\*.*?\\*/|//[^\\n]*+)""",
            Pattern.DOTALL);

    private final BitSet code = new BitSet();

    CodeLines(String text) {
        String bare = withoutComments(text);
        int line = 1;
        for (int at = 0; at < bare.length(); at++) {
            if (bare.charAt(at) == '\n') {
                line++;
            } else if (!Character.isWhitespace(bare.charAt(at))) {
                code.set(line);
            }
        }
    }

    private static String withoutComments(String text) {
        return LITERAL_OR_COMMENT
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1) == null ? found.group() : found.group().replaceAll("[^\n]", " ")));
    }

    int all() {
        return code.cardinality();
    }

    /** Counts those from one line to another, both included. The first line of the file is 1. */
    int between(long first, long last) {
        return code.get((int) first, (int) last + 1).cardinality();
    }
}
