package io.eventsource.autoconfigure.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.Feeds;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.brokers.kafka.KafkaInboxFeed;
import io.eventsource.projection.EventHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What stops an application whose feeds and projections do not fit together. */
class FeedMistakesIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
            .withPropertyValues("spring.kafka.bootstrap-servers=localhost:1");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static void assertStops(ApplicationContextRunner mistaken, String... hints) {
        mistaken.run(context -> assertThat(context).getFailure().rootCause().hasMessageContainingAll(hints));
    }

    @Test
    void a_feed_that_is_not_declared() {
        assertStops(
                application.withBean(Feeds.Incoming.class),
                "projection 'incoming' is to be fed from 'bank'",
                "eventsource.inbox.feeds.bank.transport",
                "eventsource.inbox.feeds.bank.topics");
    }

    @Test
    void a_feed_that_no_projection_chooses() {
        assertStops(
                application.withPropertyValues(Feeds.feed("kafka")),
                "eventsource.inbox.feeds declares [bank]",
                "@Projection(feed = \"bank\")");
    }

    @Test
    void a_feed_without_a_transport() {
        assertStops(
                application
                        .withBean(Feeds.Incoming.class)
                        .withPropertyValues("eventsource.inbox.feeds.bank.topics=deposits"),
                "eventsource.inbox.feeds.bank.transport is missing. Set it to kafka, to redis");
    }

    @Test
    void a_feed_without_topics() {
        assertStops(
                application
                        .withBean(Feeds.Incoming.class)
                        .withPropertyValues("eventsource.inbox.feeds.bank.transport=kafka"),
                "eventsource.inbox.feeds.bank.topics must name at least one topic");
    }

    @Test
    void values_out_of_their_bounds() {
        for (String[] value : new String[][] {
            {"batch.size", "0"},
            {"retry.delay", "0ms"},
            {"retry.max-delay", "1ms"},
            {"retry.max-retries", "-1"},
            {"retry.max-retries", "1001"},
            {"retention", "59m"},
            {"batch.timeout", "0ms"},
            {"redis.max-pending-time", "0ms"},
            {"redis.timeout", "0ms"},
            {"group", " "},
            {"redis.consumer-name", " "}
        }) {
            String property = "eventsource.inbox.feeds.bank." + value[0];
            assertStops(
                    application
                            .withBean(Feeds.Incoming.class)
                            .withPropertyValues(Feeds.feed("kafka"))
                            .withPropertyValues(property + "=" + value[1]),
                    property);
        }
    }

    @Test
    void a_service_without_a_name() {
        assertStops(
                application
                        .withBean(Feeds.Incoming.class)
                        .withPropertyValues(Feeds.feed("kafka"))
                        .withPropertyValues("spring.application.name="),
                "eventsource.inbox.feeds.bank.group is missing",
                "spring.application.name");
    }

    @Test
    void a_transport_without_its_libraries() {
        assertStops(
                application
                        .withClassLoader(new FilteredClassLoader(KafkaInboxFeed.class))
                        .withBean(Feeds.Incoming.class)
                        .withPropertyValues(Feeds.feed("kafka")),
                "eventsource.inbox.feeds.bank.transport is kafka",
                "io.eventsource:eventsource-brokers",
                "spring-boot-starter-kafka",
                "cloudevents-kafka");
        assertStops(
                application.withBean(Feeds.Incoming.class).withPropertyValues(Feeds.feed("redis")),
                "eventsource.inbox.feeds.bank.transport is redis",
                "spring-boot-starter-data-redis");
    }

    @Test
    void a_transport_that_nobody_has() {
        assertStops(
                application.withBean(Feeds.Incoming.class).withPropertyValues(Feeds.feed("carrier-pigeon")),
                "eventsource.inbox.feeds.bank.transport is carrier-pigeon",
                "no FeedFactory bean for it",
                "kafka");
    }

    @Test
    void a_projection_of_the_log_with_the_same_name() {
        assertStops(
                application
                        .withBean(Feeds.Incoming.class)
                        .withBean(EventHandlers.class, () -> new Handlers("incoming", event -> {}))
                        .withPropertyValues(Feeds.feed("kafka")),
                "Two projections have the name 'incoming'");
    }
}
