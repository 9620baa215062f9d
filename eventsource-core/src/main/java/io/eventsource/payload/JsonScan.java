package io.eventsource.payload;

import org.jspecify.annotations.Nullable;

/** One pass over a JSON text for what PostgreSQL cannot store. It is on the way of each append. */
final class JsonScan {

    private static final int MAX_EXPONENT = 1_000_000;

    private final String json;
    private int at;
    private @Nullable String problem;
    private int depth;
    private long expansion;

    JsonScan(String json) {
        this.json = json;
    }

    /** Where the problem is. */
    int offset() {
        return Math.min(at, json.length());
    }

    /** By how many characters the numbers grow, since PostgreSQL prints no exponents. */
    long expansion() {
        return expansion;
    }

    /**
     * Whether a JSON text holds nothing that has to be looked at: no escape by number, no half of a pair, no exponent and no
     * number that may be -0. In a text that is too short for the limits there is no problem then.
     */
    static boolean isPlain(String json) {
        int length = json.length();
        char before = 0;
        for (int i = 0; i < length; i++) {
            char c = json.charAt(i);
            if (before == '-' && !(c >= '1' && c <= '9')) {
                return false;
            } else if (c == '"') {
                for (c = 0; c != '"' && ++i < length; ) {
                    c = json.charAt(i);
                    if (c == '\\') {
                        if (++i < length && json.charAt(i) == 'u') {
                            return false;
                        }
                    } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                        return false;
                    }
                }
            } else if ((c == 'e' || c == 'E') && before <= '9') {
                return false;
            }
            before = c;
        }
        return before != '-';
    }

    /** Says what is wrong, or null. */
    @Nullable String run() {
        String text = json;
        int length = text.length();
        int i = 0;
        while (i < length) {
            char c = text.charAt(i);
            if (c == '"') {
                i = text(i + 1);
            } else if (c > '9') {
                if (c == '{' || c == '[') {
                    if (++depth > StoredJson.MAX_DEPTH) {
                        i = refuse(i, deep());
                    }
                } else if (c == '}' || c == ']') {
                    depth--;
                }
                i++;
            } else if (c >= '0' || c == '-') {
                i = number(i);
            } else {
                i++;
            }
        }
        return problem;
    }

    /** Remembers a problem, and gives a place behind which there is no more text. */
    private int refuse(int place, String what) {
        at = place;
        problem = what;
        return Integer.MAX_VALUE - 1;
    }

    private static String deep() {
        return "more than %d objects and arrays within each other".formatted(StoredJson.MAX_DEPTH);
    }

    /** Goes over a text, from behind its quotation mark to behind the next. */
    private int text(int begin) {
        String text = json;
        int length = text.length();
        int i = begin;
        while (i < length) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            if (c == '\\') {
                i = escape(i);
            } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                if (!pair(c, i + 1 < length ? text.charAt(i + 1) : 0)) {
                    return refuse(i, "an unpaired surrogate, which is not text");
                }
                i += 2;
            } else {
                i++;
            }
        }
        return i;
    }

    /** Goes over an escape; of a pair over both halves. */
    private int escape(int backslash) {
        if (!json.startsWith("u", backslash + 1)) {
            return backslash + 2;
        }
        char c = unit(backslash);
        if (c == 0) {
            return refuse(backslash, "the character U+0000, which PostgreSQL cannot store");
        }
        if (!Character.isSurrogate(c)) {
            return backslash + 6;
        }
        return json.startsWith("\\u", backslash + 6) && pair(c, unit(backslash + 6))
                ? backslash + 12
                : refuse(backslash, "an unpaired surrogate, which is not text");
    }

    private static boolean pair(char high, char low) {
        return Character.isHighSurrogate(high) && Character.isLowSurrogate(low);
    }

    /** The UTF-16 unit that an escape stands for; a space for what is no escape, which PostgreSQL refuses by itself. */
    private char unit(int backslash) {
        if (backslash + 6 > json.length()) {
            return ' ';
        }
        int unit = 0;
        for (int i = backslash + 2; i < backslash + 6; i++) {
            int digit = Character.digit(json.charAt(i), 16);
            if (digit < 0) {
                return ' ';
            }
            unit = unit * 16 + digit;
        }
        return (char) unit;
    }

    /** Goes over a number. */
    private int number(int start) {
        boolean negative = json.charAt(start) == '-';
        int i = negative ? start + 1 : start;
        int begin = i;
        boolean zero = true;
        int length = json.length();
        char c = 0;
        while (i < length && (c = json.charAt(i)) >= '0' && c <= '9') {
            zero &= c == '0';
            i++;
        }
        long integer = (long) i - begin;
        long fraction = 0;
        if (i < length && c == '.') {
            begin = ++i;
            while (i < length && (c = json.charAt(i)) >= '0' && c <= '9') {
                zero &= c == '0';
                i++;
            }
            fraction = (long) i - begin;
        }
        int exponent = 0;
        if (i < length && (c == 'e' || c == 'E')) {
            boolean down = ++i < length && json.charAt(i) == '-';
            i += i < length && (down || json.charAt(i) == '+') ? 1 : 0;
            while (i < length && (c = json.charAt(i)) >= '0' && c <= '9') {
                exponent = Math.min(MAX_EXPONENT, exponent * 10 + (c - '0'));
                i++;
            }
            exponent = down ? -exponent : exponent;
            integer += exponent;
            fraction = Math.max(0, fraction - exponent);
            expansion += Math.max(0, Math.max(1, integer) + fraction + 2 - (i - start));
        }
        return judge(start, i, negative && zero, integer, fraction);
    }

    private int judge(int start, int end, boolean minusZero, long integer, long fraction) {
        if (minusZero) {
            return refuse(start, "the number -0, which PostgreSQL gives back as 0");
        }
        if (integer > StoredJson.MAX_INTEGER_DIGITS) {
            return refuse(
                    start,
                    "a number of %d digits before the point, of which PostgreSQL stores %d"
                            .formatted(integer, StoredJson.MAX_INTEGER_DIGITS));
        }
        if (fraction > StoredJson.MAX_FRACTION_DIGITS) {
            return refuse(
                    start,
                    "a number of %d digits after the point, of which PostgreSQL stores %d"
                            .formatted(fraction, StoredJson.MAX_FRACTION_DIGITS));
        }
        return end;
    }
}
