package io.eventsource.brokers.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Settings of a producer that keeps order and loses nothing.
 *
 * @param values all settings
 * @param patience after so long without an answer the broker is away: longer than the producer's own patience, so that it decides
 */
record ProducerSettings(Map<String, Object> values, Duration patience) {

    private static final Duration LONGER = Duration.ofSeconds(10);
    private static final String BATCH_SIZE = Integer.toString(256 << 10);
    private static final String DELIVERY_TIMEOUT_MS = "30000";
    private static final String REQUEST_TIMEOUT_MS = "10000";
    private static final String MAX_BLOCK_MS = "10000";

    static ProducerSettings of(Map<String, ?> given) {
        Map<String, Object> values = new HashMap<>(given);
        require(values, ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true", Set.of("true"));
        require(values, ProducerConfig.ACKS_CONFIG, "all", Set.of("all", "-1"));
        require(
                values,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                StringSerializer.class.getName(),
                Set.of(StringSerializer.class.getName()));
        values.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        require(
                values,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ByteArraySerializer.class.getName(),
                Set.of(ByteArraySerializer.class.getName()));
        values.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        // with more, what is behind a record that the broker refuses could be taken
        require(values, ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1", Set.of("1"));
        values.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_SIZE);
        // what gathers while a request is on its way is batch enough
        values.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "0");
        int request = number(values, ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
        int delivery = number(values, ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MS);
        int block = number(values, ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        return new ProducerSettings(
                values,
                Duration.ofMillis(delivery)
                        .plusMillis(block)
                        .plusMillis(request)
                        .plus(LONGER));
    }

    private static void require(Map<String, Object> values, String name, String value, Set<String> allowed) {
        Object given = values.putIfAbsent(name, value);
        String text = given instanceof Class<?> type ? type.getName() : String.valueOf(given);
        if (given != null && !allowed.contains(text)) {
            throw new IllegalArgumentException(
                    "%s must be %s for a transport that keeps order and loses nothing, but it is %s. Remove the setting."
                            .formatted(name, value, text));
        }
    }

    private static int number(Map<String, Object> values, String name, String missing) {
        Object given = values.putIfAbsent(name, missing);
        return Integer.parseInt(String.valueOf(given == null ? missing : given));
    }
}
