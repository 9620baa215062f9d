package io.eventsource.brokers;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.inbox.IncomingMessage;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a topic holds.
 *
 * @param messages its messages, in the order of each key
 */
record Arrivals(List<IncomingMessage> messages) {

    private static final Pattern NUMBER = Pattern.compile("\"number\": ?(\\d+)");

    /** The numbers of each aggregate in the order in which they arrived first. */
    Map<UUID, List<Integer>> numbers() {
        Map<UUID, Set<Integer>> numbers = new LinkedHashMap<>();
        for (IncomingMessage message : messages) {
            Matcher number = NUMBER.matcher(message.content().text());
            assertThat(number.find()).isTrue();
            numbers.computeIfAbsent(UUID.fromString(message.key()), key -> new LinkedHashSet<>())
                    .add(Integer.valueOf(number.group(1)));
        }
        return numbers.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    }

    /** The ids of messages that arrived more than once. */
    Set<String> repeated() {
        Set<String> seen = new HashSet<>();
        return messages.stream()
                .map(IncomingMessage::id)
                .filter(id -> !seen.add(id))
                .collect(Collectors.toSet());
    }
}
