package io.eventsource.autoconfigure.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the documents tell users to write, so that tests use the same. */
public final class Documents {

    private Documents() {}

    /** The first block of code of a language below a heading of docs/operations.md that contains a text. */
    public static String block(String heading, String language, String containing) throws IOException {
        String document = Files.readString(Path.of("../docs/operations.md"));
        int start = document.indexOf("## " + heading + "\n");
        int end = document.indexOf("\n## ", start);
        if (start < 0) {
            throw new AssertionError("docs/operations.md has no heading '" + heading + "'");
        }
        Matcher blocks = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(document.substring(start, end < 0 ? document.length() : end));
        while (blocks.find()) {
            if (blocks.group(1).contains(containing)) {
                return blocks.group(1);
            }
        }
        throw new AssertionError("'%s' has no block of %s with '%s'".formatted(heading, language, containing));
    }
}
