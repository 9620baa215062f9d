package io.eventsource.brokers.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Settings of a consumer whose offsets move only by what was handled. */
final class ConsumerSettings {

    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(3);

    private ConsumerSettings() {}

    static Map<String, Object> of(Map<String, ?> given, String groupId, int maxPollRecords) {
        Map<String, Object> values = new HashMap<>(given);
        require(values, ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, Set.of("false"), "false");
        values.putIfAbsent(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        values.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        values.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        values.putIfAbsent(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        values.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxPollRecords);
        return values;
    }

    private static void require(Map<String, Object> values, String name, Set<String> allowed, String value) {
        Object given = values.putIfAbsent(name, value);
        if (given != null && !allowed.contains(String.valueOf(given))) {
            throw new IllegalArgumentException(
                    "%s must be %s, but it is %s. Remove the setting: the offset is committed after the handlers' transaction."
                            .formatted(name, value, given));
        }
    }

    /** A client that says when there is nothing at an offset, instead of going somewhere else without a word. */
    static Map<String, Object> withoutReset(Map<String, Object> settings) {
        Map<String, Object> values = new HashMap<>(settings);
        values.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return values;
    }

    /** How long to put up with silence: not longer than the client itself waits for an answer. */
    static Duration patience(Map<String, Object> settings) {
        Object given = settings.get(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG);
        Duration timeout = given == null ? LONGEST_SILENCE : Duration.ofMillis(Long.parseLong(String.valueOf(given)));
        return timeout.compareTo(LONGEST_SILENCE) < 0 ? timeout : LONGEST_SILENCE;
    }

    static boolean beginsAtEnd(Map<String, Object> settings) {
        return "latest".equals(settings.get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG));
    }
}
