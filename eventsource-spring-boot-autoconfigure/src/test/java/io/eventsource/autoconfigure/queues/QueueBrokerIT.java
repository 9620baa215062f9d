package io.eventsource.autoconfigure.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Feeds;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The broker that the documents show: an event leaves and comes in again. */
class QueueBrokerIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final QueueServer server = new QueueServer();
    private final ApplicationContextRunner application = Runners.on(database)
            .withBean(QueueServer.class, () -> server)
            .withUserConfiguration(QueueConfiguration.class)
            .withBean(Feeds.Incoming.class)
            .withPropertyValues(Feeds.feed("queues"))
            .withPropertyValues(
                    "eventsource.outbox.transport=queues",
                    "eventsource.outbox.destinations.accounts.topic=deposits",
                    "eventsource.outbox.destinations.accounts.events=deposited");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static void deposit(EventStore store, long amount) {
        store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount)));
    }

    @Test
    void an_event_goes_out_and_comes_in_once_also_while_the_broker_is_away() {
        application.run(context -> {
            Feeds.Incoming incoming = context.getBean(Feeds.Incoming.class);
            deposit(context.getBean(EventStore.class), 7);
            await().untilAsserted(() -> assertThat(incoming.amounts).containsExactly(7L));

            server.away(true);
            deposit(context.getBean(EventStore.class), 8);
            await().until(() -> server.refused() > 1);
            server.away(false);

            await().untilAsserted(() -> assertThat(incoming.amounts).containsExactly(7L, 8L));
        });
        assertThat(server.connections()).isZero();
    }

    @Test
    void a_message_of_somebody_else_is_set_aside_and_those_behind_it_come_in() {
        application.run(context -> {
            server.add("deposits", Map.of("ce_time", "yesterday"), "{}".getBytes(StandardCharsets.UTF_8));
            deposit(context.getBean(EventStore.class), 9);

            await().untilAsserted(() ->
                    assertThat(context.getBean(Feeds.Incoming.class).amounts).containsExactly(9L));
            assertThat(context.getBean(DeadLetterRepository.class).list(DeadLetterRepository.Filter.ALL, 0, 10))
                    .extracting(DeadLetter::projection)
                    .containsExactly("incoming");
        });
    }
}
