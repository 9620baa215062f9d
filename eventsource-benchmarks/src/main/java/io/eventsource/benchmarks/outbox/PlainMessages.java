package io.eventsource.benchmarks.outbox;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** The messages that a publisher makes of a log of streams of ten events, made without one. */
final class PlainMessages {

    static final String TOPIC = "benchmark";

    private static final int PER_KEY = 10;

    private PlainMessages() {}

    /** The stream of a message, which is also its key. */
    static String key(int number) {
        return new UUID(0, number / PER_KEY).toString();
    }

    /** The attributes of CloudEvents and the content type, named as in both bindings. */
    static Map<String, String> attributes(int number) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("ce_specversion", "1.0");
        attributes.put("ce_id", new UUID(1, number).toString());
        attributes.put("ce_source", "/benchmark");
        attributes.put("ce_type", "order-line-added");
        attributes.put("ce_time", Instant.now().toString());
        attributes.put("ce_subject", key(number));
        attributes.put("ce_aggregatetype", "order");
        attributes.put("ce_aggregateversion", Integer.toString(number % PER_KEY + 1));
        attributes.put("ce_dataversion", "1");
        attributes.put("content-type", "application/json");
        return attributes;
    }
}
