package io.eventsource.autoconfigure.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.externalized.ExternalizingApplication;
import io.eventsource.autoconfigure.externalized.OrderPlaced;
import io.eventsource.autoconfigure.kafka.KafkaOutboxAutoConfiguration;
import io.eventsource.autoconfigure.redis.RedisOutboxAutoConfiguration;
import io.eventsource.autoconfigure.testing.RecordingTransport;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.brokers.kafka.KafkaTransport;
import io.eventsource.event.EventMetadata;
import io.eventsource.outbox.Destination;
import io.eventsource.outbox.Destination.Route;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import io.lettuce.core.AbstractRedisClient;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;

/** What leaves a running application, and what each property of it does. */
class OutboxIT {

    private static final UUID ACCOUNT = UUID.fromString("0197f000-0000-7000-8000-000000000001");

    private final TestDatabase database = TestDatabase.migrated();
    private final RecordingTransport transport = new RecordingTransport();

    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(
                    AutoConfigurations.of(KafkaOutboxAutoConfiguration.class, RedisOutboxAutoConfiguration.class))
            .withBean("own", MessageTransport.class, () -> {
                transport.closed = false;
                return transport;
            })
            .withPropertyValues("spring.application.name=bank");

    private final ApplicationContextRunner publishing = application.withPropertyValues(
            "eventsource.outbox.destinations.accounts.transport=own",
            "eventsource.outbox.destinations.accounts.events=deposited");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static void deposit(BeanFactory context, long amount) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", ACCOUNT, new Deposited(amount)));
    }

    /** Names with a colon, which the runner takes for the end of a name. */
    private static ApplicationContextRunner with(ApplicationContextRunner runner, String name, String value) {
        return runner.withInitializer(
                context -> TestPropertyValues.of(Map.of(name, value)).applyTo(context));
    }

    private OutgoingMessage sent() {
        await().until(() -> !transport.sent.isEmpty());
        return transport.sent.get(0);
    }

    @Test
    void an_event_leaves_by_a_transport_of_the_application_which_is_its_source() {
        publishing.run(context -> {
            deposit(context, 7);

            OutgoingMessage message = sent();
            assertThat(message.topic()).isEqualTo("accounts");
            assertThat(message.source()).isEqualTo("/bank");
            assertThat(message.type()).isEqualTo("deposited");
            assertThat(message.key()).isEqualTo(ACCOUNT.toString());
            assertThat(message.content().text()).isEqualTo("{\"amount\": 7}");
            assertThat(context.getBean(SubscriptionManager.class).names()).containsExactly("outbox:accounts");
        });
        assertThat(transport.closed).isTrue();
    }

    @Test
    void what_was_appended_while_nobody_published_leaves_once_at_the_next_start() {
        publishing.withPropertyValues("eventsource.outbox.enabled=false").run(context -> deposit(context, 1));

        publishing.run(context -> assertThat(sent().content().text()).contains("1"));
        publishing.run(context -> {
            deposit(context, 2);
            await().untilAsserted(() -> assertThat(transport.sent)
                    .extracting(message -> message.content().text())
                    .containsExactly("{\"amount\": 1}", "{\"amount\": 2}"));
        });
    }

    @Nested
    class Properties {

        @Test
        void events_leave_in_todays_shape_with_a_name_topic_and_key_of_their_own() {
            application
                    .withPropertyValues(
                            "eventsource.outbox.destinations.accounts.transport=own",
                            "eventsource.outbox.destinations.accounts.source=/money",
                            "eventsource.outbox.destinations.accounts.headers=actorid",
                            "eventsource.outbox.destinations.accounts.events[0].type=deposited",
                            "eventsource.outbox.destinations.accounts.events[0].as=money-came",
                            "eventsource.outbox.destinations.accounts.events[0].version=3",
                            "eventsource.outbox.destinations.accounts.events[0].topic=money",
                            "eventsource.outbox.destinations.accounts.events[0].key=/amount")
                    .run(context -> {
                        EventMetadata metadata =
                                EventMetadata.none().withActorId("ann").withTenantId("t1");
                        context.getBean(EventStore.class)
                                .append(StreamAppend.to("Account", ACCOUNT, new Deposited(7))
                                        .withMetadata(metadata));

                        OutgoingMessage message = sent();
                        assertThat(message.type()).isEqualTo("money-came");
                        assertThat(message.source()).isEqualTo("/money");
                        assertThat(message.topic()).isEqualTo("money");
                        assertThat(message.key()).isEqualTo("7");
                        assertThat(message.headers())
                                .containsEntry("dataversion", "3")
                                .containsEntry("actorid", "ann")
                                .hasSize(2);
                    });
        }

        @Test
        void the_transport_and_the_source_of_all_hold_for_a_destination_that_says_nothing() {
            application
                    .withPropertyValues(
                            "eventsource.outbox.transport=own",
                            "eventsource.outbox.source=/all",
                            "eventsource.outbox.destinations.accounts.topic=money",
                            "eventsource.outbox.destinations.accounts.events[0]=deposited")
                    .run(context -> {
                        deposit(context, 7);

                        assertThat(sent().source()).isEqualTo("/all");
                        assertThat(sent().topic()).isEqualTo("money");
                    });
        }

        @Test
        void a_new_destination_that_starts_at_the_end_sends_nothing_of_what_was_there() {
            application.run(context -> deposit(context, 1));

            publishing
                    .withPropertyValues("eventsource.outbox.destinations.accounts.start-from=end")
                    .run(context -> {
                        await().until(() -> context.getBean(SubscriptionManager.class)
                                        .statuses()
                                        .get(0)
                                        .state()
                                == SubscriptionStatus.State.LIVE);
                        deposit(context, 2);

                        assertThat(sent().content().text()).isEqualTo("{\"amount\": 2}");
                    });
        }

        @Test
        void options_of_subscriptions_hold_for_a_destination_by_its_checkpoints_name() {
            with(publishing, "eventsource.subscriptions.named[outbox:accounts].auto-startup", "false")
                    .run(context -> {
                        deposit(context, 1);
                        SubscriptionManager manager = context.getBean(SubscriptionManager.class);
                        assertThat(manager.statuses().get(0).state()).isEqualTo(SubscriptionStatus.State.STOPPED);

                        manager.start("outbox:accounts");
                        assertThat(sent()).isNotNull();
                    });
        }

        @Test
        void switched_off_nothing_is_made_and_settings_of_its_subscriptions_may_stay() {
            with(publishing, "eventsource.subscriptions.named[outbox:accounts].segments.count", "2")
                    .withPropertyValues("eventsource.outbox.enabled=false")
                    .run(context -> {
                        assertThat(context).hasNotFailed().doesNotHaveBean(OutboxHandlers.class);
                        assertThat(context.getBean(SubscriptionManager.class).names())
                                .isEmpty();
                    });
        }
    }

    @Nested
    class Declared {

        private final ApplicationContextRunner externalizing = application
                .withUserConfiguration(ExternalizingApplication.class)
                .withPropertyValues("eventsource.outbox.transport=own");

        @Test
        void a_class_of_events_says_where_they_leave_for() {
            externalizing.run(context -> {
                context.getBean(EventStore.class)
                        .append(StreamAppend.to("Order", UUID.randomUUID(), new OrderPlaced("ann")));

                await().untilAsserted(() -> assertThat(transport.sent).hasSize(2));
                assertThat(transport.sent)
                        .extracting(OutgoingMessage::topic, OutgoingMessage::type)
                        .containsExactlyInAnyOrder(
                                org.assertj.core.groups.Tuple.tuple("orders", "order-placed"),
                                org.assertj.core.groups.Tuple.tuple("picks", "pick"));
                assertThat(transport.sent)
                        .filteredOn(message -> message.type().equals("pick"))
                        .singleElement()
                        .satisfies(message -> {
                            assertThat(message.key()).isEqualTo("ann");
                            assertThat(message.headers()).containsEntry("dataversion", "2");
                        });
            });
        }

        @Test
        void what_a_class_and_a_property_say_of_one_destination_comes_together() {
            externalizing
                    .withPropertyValues(
                            "eventsource.outbox.destinations.orders.topic=all",
                            "eventsource.outbox.destinations.orders.events=deposited")
                    .run(context -> {
                        deposit(context, 1);

                        assertThat(sent().topic()).isEqualTo("all");
                    });
        }

        @Test
        void a_bean_is_a_destination_whose_transport_is_a_property() {
            application
                    .withBean(
                            Destination.class,
                            () -> new Destination(
                                    "accounts",
                                    "/beans",
                                    "money",
                                    List.of(Route.mapped(
                                            "deposited", Deposited.class, "total", 1, event -> event.amount() * 2))))
                    .withPropertyValues("eventsource.outbox.destinations.accounts.transport=own")
                    .run(context -> {
                        deposit(context, 21);

                        assertThat(sent().source()).isEqualTo("/beans");
                        assertThat(sent().content().text()).isEqualTo("42");
                    });
        }
    }

    @Nested
    class Wrong {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                textBlock =
                        """
                        events=depositted                       | destinations.accounts.events: there is no event type 'depositted', only [deposited]. Correct the name
                        events=                                 | destinations.accounts.events is empty
                        events=deposited,deposited              | has two routes for the event 'deposited'. Keep one. Look at eventsource.outbox.destinations.accounts.events
                        transport=pigeon                        | has the transport 'pigeon', but there are only kafka, redis, spring, relay and the beans [own]. Correct eventsource.outbox.destinations.accounts.transport
                        start-from=yesterday                    | destinations.accounts.start-from must be 'checkpoint', 'beginning', 'end'
                        events[0].type=deposited,events[0].key=name     | the key of 'deposited': A key is 'aggregate-id'
                        events[0].type=deposited,events[0].version=0    | the version of 'deposited' must be 1 or more, but it is 0
                        transport=relay                         | Set eventsource.outbox.mode=table, or give it another transport
                        transport=kafka                         | Set eventsource.outbox.kafka.bootstrap.servers
                        transport=redis                         | There is no connection to Redis. Add org.springframework.boot:spring-boot-data-redis
                        """)
        void stops_the_application_with_the_property_and_what_to_do(String properties, String told) {
            String[] values = java.util.regex.Pattern.compile(",(?=events)")
                    .splitAsStream(properties)
                    .map(each -> "eventsource.outbox.destinations.accounts." + each)
                    .toArray(String[]::new);
            ApplicationContextRunner wrong = values[0].contains(".events[")
                    ? application.withPropertyValues("eventsource.outbox.destinations.accounts.transport=own")
                    : publishing;
            wrong.withPropertyValues(values)
                    .run(context -> assertThat(context).getFailure().hasStackTraceContaining(told));
        }

        @Test
        void a_destination_without_a_transport_is_refused() {
            application
                    .withPropertyValues("eventsource.outbox.destinations.accounts.events=deposited")
                    .run(
                            context -> assertThat(context)
                                    .getFailure()
                                    .hasStackTraceContaining(
                                            "Set eventsource.outbox.destinations.accounts.transport or eventsource.outbox.transport"));
        }

        @Test
        void a_destination_is_not_both_a_bean_and_properties() {
            publishing
                    .withBean(
                            Destination.class,
                            () -> new Destination("accounts", "/beans", "money", List.of(Route.unchanged("deposited"))))
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("Remove those in eventsource.outbox.destinations.accounts.*"));
        }

        @Test
        void two_beans_of_one_name_are_refused() {
            application
                    .withBean(
                            "first",
                            Destination.class,
                            () -> new Destination("accounts", "/beans", "money", List.of(Route.unchanged("deposited"))))
                    .withBean(
                            "second",
                            Destination.class,
                            () -> new Destination("accounts", "/beans", "money", List.of(Route.unchanged("deposited"))))
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("Two Destination beans have the name 'accounts'"));
        }

        @Test
        void a_source_is_needed_where_the_application_has_no_name() {
            publishing.withPropertyValues("spring.application.name=").run(context -> assertThat(context)
                    .getFailure()
                    .hasStackTraceContaining("eventsource.outbox.destinations.accounts.source says nothing"));
        }

        @Test
        void a_place_to_begin_is_said_once() {
            with(publishing, "eventsource.subscriptions.named[outbox:accounts].start-from", "beginning")
                    .withPropertyValues("eventsource.outbox.destinations.accounts.start-from=end")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("say the same of one subscription. Remove one of them."));
        }

        @Test
        void where_the_client_of_a_broker_is_missing_it_is_said_what_to_add() {
            application
                    .withClassLoader(new FilteredClassLoader(ProducerConfig.class, KafkaTransport.class))
                    .withPropertyValues(
                            "eventsource.outbox.transport=kafka",
                            "eventsource.outbox.destinations.accounts.events=deposited")
                    .run(
                            context -> assertThat(context)
                                    .getFailure()
                                    .hasStackTraceContaining(
                                            "its client is missing. Add io.eventsource:eventsource-brokers, org.apache.kafka:kafka-clients"));
            application
                    .withClassLoader(new FilteredClassLoader(AbstractRedisClient.class))
                    .withPropertyValues(
                            "eventsource.outbox.transport=redis",
                            "eventsource.outbox.destinations.accounts.events=deposited")
                    .run(
                            context -> assertThat(context)
                                    .getFailure()
                                    .hasStackTraceContaining(
                                            "its client is missing. Add io.eventsource:eventsource-brokers and io.lettuce:lettuce-core"));
        }

        @Test
        void kafka_settings_that_would_lose_messages_are_refused() {
            application
                    .withPropertyValues(
                            "eventsource.outbox.transport=kafka",
                            "eventsource.outbox.kafka.bootstrap.servers=localhost:1",
                            "eventsource.outbox.kafka.acks=1",
                            "eventsource.outbox.destinations.accounts.events=deposited")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("acks must be all")
                            .hasStackTraceContaining("set it anew in eventsource.outbox.kafka"));
        }
    }
}
