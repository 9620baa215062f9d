package io.eventsource.brokers.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Settings of a consumer whose offsets move only by what was handled. */
final class ConsumerSettings {

    private ConsumerSettings() {}

    static Map<String, Object> of(Map<String, ?> given, String groupId, int maxPollRecords) {
        Map<String, Object> values = new HashMap<>(given);
        require(values, ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, Set.of("false"), "false");
        require(values, ConsumerConfig.GROUP_ID_CONFIG, Set.of(groupId), groupId);
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

    static boolean beginsAtEnd(Map<String, Object> settings) {
        return "latest".equals(settings.get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG));
    }
}
