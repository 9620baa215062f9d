package io.eventsource.proof;

import org.jspecify.annotations.Nullable;

/** One pass over a JSON text for what PostgreSQL cannot store. It is on the way of each append. */
final class JsonScan {

    private static final int MAX_EXPONENT = 1_000_000;

    private final String json;
    private int at;
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

    /** Says what is wrong, or null. */
    @Nullable String run() {
        int length = json.length();
        while (at < length) {
            char c = json.charAt(at);
            String problem = null;
            if (c == '"') {
                problem = text();
            } else if (c == '{' || c == '[') {
                problem = ++depth > StoredJson.MAX_DEPTH ? deep() : null;
                at++;
            } else if (c == '}' || c == ']') {
                depth--;
                at++;
            } else if (c == '-' || (c >= '0' && c <= '9')) {
                problem = number();
            } else {
                at++;
            }
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static String deep() {
        return "more than %d objects and arrays within each other".formatted(StoredJson.MAX_DEPTH);
    }

    private @Nullable String text() {
        int length = json.length();
        int i = at + 1;
        while (i < length) {
            char c = json.charAt(i);
            if (c == '"') {
                break;
            }
            if (c == '\\') {
                if (json.startsWith("u", i + 1)) {
                    String problem = escape(i);
                    if (problem != null) {
                        return problem;
                    }
                    // of a pair both halves have been looked at
                    i += Character.isHighSurrogate(unit(i)) ? 10 : 4;
                }
                i++;
            } else if (Character.isSurrogate(c)) {
                if (!pair(c, i + 1 < length ? json.charAt(i + 1) : 0)) {
                    at = i;
                    return "an unpaired surrogate, which is not text";
                }
                i++;
            }
            i++;
        }
        at = i + 1;
        return null;
    }

    private @Nullable String escape(int backslash) {
        char c = unit(backslash);
        if (c == 0) {
            at = backslash;
            return "the character U+0000, which PostgreSQL cannot store";
        }
        if (Character.isSurrogate(c) && !(json.startsWith("\\u", backslash + 6) && pair(c, unit(backslash + 6)))) {
            at = backslash;
            return "an unpaired surrogate, which is not text";
        }
        return null;
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

    private @Nullable String number() {
        int start = at;
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
        return judge(i, negative && zero, integer, fraction);
    }

    private @Nullable String judge(int end, boolean minusZero, long integer, long fraction) {
        if (minusZero) {
            return "the number -0, which PostgreSQL gives back as 0";
        }
        if (integer > StoredJson.MAX_INTEGER_DIGITS) {
            return "a number of %d digits before the point, of which PostgreSQL stores %d"
                    .formatted(integer, StoredJson.MAX_INTEGER_DIGITS);
        }
        if (fraction > StoredJson.MAX_FRACTION_DIGITS) {
            return "a number of %d digits after the point, of which PostgreSQL stores %d"
                    .formatted(fraction, StoredJson.MAX_FRACTION_DIGITS);
        }
        at = end;
        return null;
    }
}
