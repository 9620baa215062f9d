package io.eventsource.benchmarks;

import io.eventsource.event.EventType;
import java.util.Random;

/** The event that everybody appends and folds: about 150 bytes of JSON. */
@EventType("order-line-added")
public record OrderLineAdded(
        String orderNumber, String sku, String description, int quantity, long unitPriceCents, String currency) {

    /** How it looks as JSON, for filling a store by SQL. */
    public static final String JSON =
            """
            {"orderNumber":"2026-0001234567","sku":"CUP-ESPRESSO-06","description":"Espresso cups, set of six",\
            "quantity":2,"unitPriceCents":1990,"currency":"EUR"}""";

    public static OrderLineAdded of(int quantity) {
        return new OrderLineAdded(
                "2026-0001234567", "CUP-ESPRESSO-06", "Espresso cups, set of six", quantity, 1990, "EUR");
    }

    /** One that has so many bytes as JSON; what makes it longer does not repeat itself. */
    static OrderLineAdded sized(int bytes) {
        OrderLineAdded small = of(1);
        StringBuilder description = new StringBuilder(small.description);
        Random random = new Random(bytes);
        while (description.length() < small.description.length() + bytes - JSON.length()) {
            description.append((char) ('a' + random.nextInt(26)));
        }
        return new OrderLineAdded(
                small.orderNumber, small.sku, description.toString(), 1, small.unitPriceCents, small.currency);
    }

    long totalCents() {
        return quantity * unitPriceCents;
    }
}
