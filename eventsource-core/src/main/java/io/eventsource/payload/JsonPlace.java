package io.eventsource.payload;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Which component stands at an offset of a JSON text, for messages. */
final class JsonPlace {

    private static final int MAX_STEPS = 12;
    private static final int MAX_NAME = 60;

    /** A container on the way: the name or the index in it. */
    private static final class Step {
        private final boolean array;
        private int index;
        private String name = "";
        private boolean valueFollows;

        Step(boolean array) {
            this.array = array;
        }
    }

    private final String json;
    private final Deque<Step> steps = new ArrayDeque<>();

    private JsonPlace(String json) {
        this.json = json;
    }

    /** The path to what stands at an offset, such as {@code lines[2].price}; empty for the value itself. */
    static String of(String json, int offset) {
        if (offset >= json.length()) {
            return "";
        }
        JsonPlace place = new JsonPlace(json);
        int at = 0;
        while (at < offset) {
            at = place.step(at);
        }
        return place.path();
    }

    /** Goes over one character, or one text. */
    private int step(int at) {
        Step here = steps.peekLast();
        switch (json.charAt(at)) {
            case '{' -> steps.addLast(new Step(false));
            case '[' -> steps.addLast(new Step(true));
            case '}', ']' -> steps.pollLast();
            case ',' -> {
                if (here != null) {
                    here.index++;
                    here.valueFollows = false;
                }
            }
            case ':' -> {
                if (here != null) {
                    here.valueFollows = true;
                }
            }
            case '"' -> {
                int end = end(at);
                if (here != null && !here.array && !here.valueFollows) {
                    here.name = shortened(json.substring(at + 1, Math.min(end, at + 1 + MAX_NAME)), end - at - 1);
                }
                return end + 1;
            }
            default -> {}
        }
        return at + 1;
    }

    private static String shortened(String begin, int length) {
        return begin.length() < length ? begin + "…" : begin;
    }

    private int end(int quote) {
        int i = quote + 1;
        while (i < json.length() && json.charAt(i) != '"') {
            i += json.charAt(i) == '\\' ? 2 : 1;
        }
        return i;
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        int left = MAX_STEPS;
        for (Iterator<Step> iterator = steps.iterator(); iterator.hasNext() && left > 0; left--) {
            Step step = iterator.next();
            if (step.array) {
                path.append('[').append(step.index).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.name);
            }
        }
        return steps.size() > MAX_STEPS ? path.append('…').toString() : path.toString();
    }
}
