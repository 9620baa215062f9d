package io.eventsource.sample.load;

import io.eventsource.sample.load.OrderClient.CommandFailedException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Plays one order after the other: creates it, adds lines, then ships it, cancels it or leaves it open. */
final class Customer implements Runnable {

    private static final List<String> PRODUCTS =
            List.of("espresso beans", "filter papers", "grinder", "kettle", "milk jug", "scales", "tamper", "teapot");

    private final String name;
    private final Random random;
    private final OrderClient client;
    private final BooleanSupplier another;
    private final AcknowledgedOrders acknowledged;
    private final LoadMeter meter;
    private final Consumer<String> complaints;

    Customer(
            String name,
            Random random,
            OrderClient client,
            BooleanSupplier another,
            AcknowledgedOrders acknowledged,
            LoadMeter meter,
            Consumer<String> complaints) {
        this.name = name;
        this.random = random;
        this.client = client;
        this.another = another;
        this.acknowledged = acknowledged;
        this.meter = meter;
        this.complaints = complaints;
    }

    @Override
    public void run() {
        try {
            while (another.getAsBoolean()) {
                play();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void play() throws InterruptedException {
        // the id comes from elsewhere: the same seed may be played twice against one service
        UUID orderId = UUID.randomUUID();
        long version = 0;
        try {
            List<Map<String, Object>> firstLines =
                    Stream.generate(this::line).limit(random.nextInt(3)).toList();
            version = client.create(orderId, Map.of("customerId", name, "lines", firstLines));
            for (int more = 1 + random.nextInt(4); more > 0; more--) {
                version = client.command(orderId, version, "lines", line());
            }
            version = close(orderId, version);
            meter.orderDone();
        } catch (CommandFailedException failure) {
            meter.failed();
            complaints.accept(failure.getMessage());
        } finally {
            if (version > 0) {
                acknowledged.add(orderId, version);
            }
        }
    }

    private long close(UUID orderId, long version) throws CommandFailedException, InterruptedException {
        int fate = random.nextInt(100);
        if (fate < 80) {
            return client.command(
                    orderId,
                    version,
                    "shipment",
                    Map.of("trackingNumber", "T%09d".formatted(random.nextInt(1_000_000_000))));
        }
        if (fate < 95) {
            return client.command(orderId, version, "cancellation", Map.of("reason", "changed my mind"));
        }
        return version;
    }

    private Map<String, Object> line() {
        return Map.of(
                "product", PRODUCTS.get(random.nextInt(PRODUCTS.size())),
                "quantity", 1 + random.nextInt(5),
                "unitPrice", BigDecimal.valueOf(100 + random.nextInt(9_900), 2));
    }
}
