package io.eventsource.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands of a document, as a shell would read them. Understands what the documents use: comments, assignments, quotes, {@code $NAME} and
 * lines that go on. Only blocks between {@code verify:curl} marks count.
 */
final class DocumentedCommands {

    private static final Pattern MARKED =
            Pattern.compile("<!-- verify:curl begin.*?```sh\\n(.*?)```\\s*<!-- verify:curl end", Pattern.DOTALL);
    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Z_]+)=(.*)");
    private static final Pattern VARIABLE = Pattern.compile("\\$([A-Z_]+)");

    private DocumentedCommands() {}

    /** The words of each command in order, with variables replaced. */
    static List<List<String>> of(Path document) throws IOException {
        Map<String, String> variables = new HashMap<>();
        List<List<String>> commands = new ArrayList<>();
        Matcher blocks = MARKED.matcher(Files.readString(document));
        while (blocks.find()) {
            for (String line : blocks.group(1).replace("\\\n", " ").lines().toList()) {
                Matcher assignment = ASSIGNMENT.matcher(line);
                if (assignment.matches()) {
                    variables.put(assignment.group(1), assignment.group(2));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    commands.add(words(line, variables));
                }
            }
        }
        return commands;
    }

    /** The request that a command makes, sent without a body and without a type of one where the command has none, as curl does. */
    static HttpRequest request(List<String> command, int port) {
        HttpRequest.Builder request = HttpRequest.newBuilder();
        String method = "";
        String body = "";
        Iterator<String> words = command.listIterator(1);
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "-i" -> {}
                case "-X" -> method = words.next();
                case "-d" -> body = words.next();
                case "-H" -> {
                    String[] header = words.next().split(": ", 2);
                    request.header(header[0], header[1]);
                }
                default -> request.uri(URI.create("http://" + word.replace(":8080", ":" + port)));
            }
        }
        String implied = body.isEmpty() ? "GET" : "POST";
        return request.method(
                        method.isEmpty() ? implied : method,
                        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
    }

    private static List<String> words(String line, Map<String, String> variables) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        boolean begun = false;
        for (char c : (line + " ").toCharArray()) {
            if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
                begun = true;
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && c == ' ') {
                if (begun) {
                    words.add(word.toString());
                }
                word.setLength(0);
                begun = false;
            } else {
                // a shell replaces nothing within single quotes
                word.append(c == '$' && quote == '\'' ? "\\$" : c);
                begun = true;
            }
        }
        return words.stream()
                .map(text -> VARIABLE.matcher(text)
                        .replaceAll(name -> Matcher.quoteReplacement(
                                Objects.requireNonNull(variables.get(name.group(1)), name.group()))))
                .toList();
    }
}
