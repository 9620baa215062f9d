package io.eventsource.sample.notifications;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;
import redis.embedded.RedisServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From a request to the order application through a broker to what the notification service answers; both run as they do for a user. */
@Timeout(240)
class OrderToNotificationIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static EmbeddedKafkaBroker kafka;
    private static RedisServer redis;
    private static int redisPort;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void startBrokers() throws IOException {
        kafka = new EmbeddedKafkaKraftBroker(1, 2, "orders")
                .brokerProperties(Map.of("group.initial.rebalance.delay.ms", "0", "offsets.topic.num.partitions", "1"));
        kafka.afterPropertiesSet();
        redisPort = Service.freePort();
        redis = RedisServer.newRedisServer()
                .port(redisPort)
                .bind("127.0.0.1")
                .setting("dir " + folder)
                .build();
        redis.start();
    }

    @AfterAll
    static void stopBrokers() throws IOException {
        redis.stop();
        kafka.destroy();
    }

    private static String[] settings(String profiles) {
        return new String[] {
            "--spring.profiles.active=" + profiles,
            "--KAFKA_SERVERS=" + kafka.getBrokersAsString(),
            "--REDIS_PORT=" + redisPort
        };
    }

    private static Service orders() throws IOException {
        return Service.orders(folder.resolve("orders"), settings("kafka,redis"));
    }

    /** What a killed instance leaves behind is handled soon by the next one. */
    private static Service notifications(String broker) throws IOException {
        return Service.notifications(
                folder.resolve("by-" + broker),
                Stream.concat(
                                Stream.of(settings(broker)),
                                Stream.of(
                                        "--spring.kafka.consumer.properties.session.timeout.ms=6000",
                                        "--spring.kafka.consumer.heartbeat-interval=1s",
                                        "--eventsource.inbox.feeds.orders.redis.max-pending-time=2s"))
                        .toArray(String[]::new));
    }

    @Test
    void each_order_is_told_once_and_in_order_also_when_the_consumer_is_killed() throws Exception {
        try (Service orders = orders();
                Service byKafka = notifications("kafka");
                Service byRedis = notifications("redis")) {
            List<Service> consumers = List.of(byKafka, byRedis);
            Stream.of(orders, byKafka, byRedis).forEach(Service::awaitReady);
            List<String> placed = new ArrayList<>(place(orders, 10));
            for (Service consumer : consumers) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(told(consumer)).isEqualTo(expected(placed)));
            }

            placed.addAll(place(orders, 20));
            for (Service consumer : consumers) {
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> told(consumer).size() > 11);
                consumer.kill();
            }
            placed.addAll(place(orders, 10));
            for (Service consumer : consumers) {
                consumer.restart();
            }

            for (Service consumer : consumers) {
                consumer.awaitReady();
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(told(consumer)).isEqualTo(expected(placed)));
            }
        }
    }

    /** Places orders and ships them; returns their ids. */
    private static List<String> place(Service orders, int count) throws IOException, InterruptedException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String answer = orders.post(
                    "/orders",
                    201,
                    """
                    {"customerId": "c-1", "lines": [{"product": "tea", "quantity": 1, "unitPrice": 3.50}]}""");
            String id = JSON.readTree(answer).path("orderId").asString();
            orders.post("/orders/" + id + "/shipment", 200, "{\"trackingNumber\": \"T-%s\"}".formatted(id));
            ids.add(id);
        }
        return ids;
    }

    private static Map<String, List<String>> expected(List<String> orders) {
        Map<String, List<String>> expected = new LinkedHashMap<>();
        orders.forEach(id ->
                expected.put(id, List.of("1 We have received your order.", "2 Your order is on its way: T-" + id)));
        return expected;
    }

    /** What the customer was told of each order, with the versions that it comes from. */
    private static Map<String, List<String>> told(Service consumer) throws IOException, InterruptedException {
        Map<String, List<String>> told = new LinkedHashMap<>();
        for (JsonNode each : JSON.readTree(consumer.get("/notifications?customerId=c-1"))) {
            told.computeIfAbsent(each.path("orderId").asString(), id -> new ArrayList<>())
                    .add(each.path("orderVersion").asLong() + " "
                            + each.path("text").asString());
        }
        return told;
    }
}
