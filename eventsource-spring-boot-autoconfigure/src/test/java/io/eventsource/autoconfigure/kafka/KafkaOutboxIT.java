package io.eventsource.autoconfigure.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** Events that leave a running application for a real Kafka broker. */
class KafkaOutboxIT {

    private static final EmbeddedKafkaBroker BROKER = new EmbeddedKafkaKraftBroker(1, 1, "accounts");

    private final TestDatabase database = TestDatabase.create();

    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(
                    AutoConfigurations.of(KafkaClientAutoConfiguration.class, KafkaOutboxAutoConfiguration.class))
            .withPropertyValues(
                    "spring.application.name=bank",
                    "eventsource.outbox.destinations.accounts.transport=kafka",
                    "eventsource.outbox.destinations.accounts.events=deposited");

    @BeforeAll
    static void startTheBroker() {
        BROKER.afterPropertiesSet();
    }

    @AfterAll
    static void stopTheBroker() {
        BROKER.destroy();
    }

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static UUID deposit(BeanFactory context) {
        UUID account = UUID.randomUUID();
        context.getBean(EventStore.class).append(StreamAppend.to("Account", account, new Deposited(7)));
        return account;
    }

    private static List<ConsumerRecord<String, byte[]>> records(UUID key) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", BROKER.getBrokersAsString()),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> all = List.of(new TopicPartition("accounts", 0));
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long end = consumer.endOffsets(all).getOrDefault(all.get(0), 0L);
            List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
            while (consumer.position(all.get(0)) < end) {
                for (ConsumerRecord<String, byte[]> each : consumer.poll(Duration.ofMillis(100))) {
                    if (each.key().equals(key.toString())) {
                        records.add(each);
                    }
                }
            }
            return records;
        }
    }

    private static void assertArrives(UUID account) {
        await().untilAsserted(() -> assertThat(records(account)).singleElement().satisfies(each -> {
            assertThat(new String(each.value(), StandardCharsets.UTF_8)).isEqualTo("{\"amount\": 7}");
            assertThat(new String(each.headers().lastHeader("ce_source").value(), StandardCharsets.UTF_8))
                    .isEqualTo("/bank");
        }));
    }

    @Test
    void leave_by_what_boot_knows_of_kafka_whatever_serializers_the_application_has() {
        application
                .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                .withPropertyValues(
                        "spring.kafka.bootstrap-servers=" + BROKER.getBrokersAsString(),
                        "spring.kafka.producer.value-serializer=org.apache.kafka.common.serialization.LongSerializer")
                .run(context -> assertArrives(deposit(context)));
    }

    @Test
    void leave_by_the_client_alone_with_its_own_settings() {
        application
                .withPropertyValues("eventsource.outbox.kafka.bootstrap.servers=" + BROKER.getBrokersAsString())
                .run(context -> assertArrives(deposit(context)));
    }

    @Test
    void own_settings_go_before_those_of_boot() {
        application
                .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                .withPropertyValues(
                        "spring.kafka.bootstrap-servers=localhost:1",
                        "spring.kafka.producer.acks=1",
                        "eventsource.outbox.kafka.acks=all",
                        "eventsource.outbox.kafka.bootstrap.servers=" + BROKER.getBrokersAsString())
                .run(context -> assertArrives(deposit(context)));
    }
}
