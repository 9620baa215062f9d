package io.eventsource.autoconfigure.checks;

import java.util.Arrays;

/** How far texts are from each other: by Levenshtein's distance. */
final class Distance {

    private Distance() {}

    /** How many characters have to be inserted, removed or replaced to make one text of the other. */
    static int between(String one, String other) {
        int[] row = new int[other.length() + 1];
        Arrays.setAll(row, column -> column);
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column <= other.length(); column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column - 1], diagonal));
            }
        }
        return row[other.length()];
    }
}
