package io.eventsource.autoconfigure.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.event.EventMetadata;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.projection.Projection;
import io.eventsource.store.StreamAppend;
import io.micrometer.observation.Observation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** What is observed and logged of handlers. */
class HandlerObservationsIT {

    private final ObservedApplication application = new ObservedApplication();

    @AfterEach
    void removeTheDatabase() {
        application.close();
    }

    @Projection("totals")
    static class Batches {

        @EventHandler
        void on(List<Deposited> deposits) {}
    }

    @Test
    void a_handler_is_tagged_with_its_subscription_and_its_event() {
        application
                .runner
                .withPropertyValues("eventsource.subscriptions.enabled=true")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    StreamAppend append = ObservedApplication.deposits(1);
                    ObservedApplication.store(context).append(append);

                    await().until(() ->
                            application.observed("eventsource.handle").size() == 1);
                    Observation.Context handle =
                            application.observed("eventsource.handle").get(0);
                    assertThat(handle.getContextualName()).isEqualTo("handle deposits");
                    assertThat(ObservedApplication.low(handle))
                            .containsEntry("subscription.name", "deposits")
                            .containsEntry("event.type", "deposited")
                            .containsEntry("aggregate.type", "Account")
                            .hasEntrySatisfying("subscription.state", state -> assertThat(state)
                                    .isIn("live", "catching_up"))
                            .doesNotContainKey("event.id");
                    assertThat(ObservedApplication.keys(handle))
                            .containsEntry("aggregate.id", append.aggregateId().toString())
                            .containsEntry("event.position", "1")
                            .containsEntry("messaging.operation.type", "process")
                            .containsKey("event.id");
                });
    }

    @Test
    void each_event_is_a_call_unless_its_handler_takes_batches() {
        application
                .runner
                .withPropertyValues("eventsource.subscriptions.enabled=true")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .withBean(Batches.class)
                .run(context -> {
                    ObservedApplication.store(context).append(ObservedApplication.deposits(5));

                    await().until(() ->
                            application.observed("eventsource.handle").size() == 6);
                    assertThat(application.observed("eventsource.handle"))
                            .filteredOn(each -> "totals"
                                    .equals(ObservedApplication.low(each).get("subscription.name")))
                            .singleElement()
                            .satisfies(each -> assertThat(ObservedApplication.keys(each))
                                    .containsEntry("messaging.batch.message_count", "5"));
                    assertThat(ObservedApplication.meters(context)
                                    .get("eventsource.handle.batch")
                                    .tag("subscription.name", "deposits")
                                    .summary()
                                    .totalAmount())
                            .isEqualTo(5);
                });
    }

    @Test
    void an_interceptor_of_the_application_runs_inside_the_observation() {
        List<String> around = new CopyOnWriteArrayList<>();
        application
                .runner
                .withPropertyValues("eventsource.subscriptions.enabled=true")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> around.add("handle")))
                .withBean(HandlerInterceptor.class, () -> (handlers, events, call) -> {
                    around.add("before " + handlers.name());
                    call.run();
                    around.add("after "
                            + application.observed("eventsource.handle").size());
                })
                .run(context -> {
                    ObservedApplication.store(context).append(ObservedApplication.deposits(1));

                    await().until(() ->
                            application.observed("eventsource.handle").size() == 1);
                    assertThat(around).containsExactly("before deposits", "handle", "after 0");
                });
    }

    @Test
    void what_a_handler_logs_carries_its_event_and_nothing_is_left_behind() {
        List<Map<String, String>> contexts = new CopyOnWriteArrayList<>();
        application
                .runner
                .withPropertyValues("eventsource.subscriptions.enabled=true")
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> contexts.add(MDC.getCopyOfContextMap())))
                .run(context -> {
                    StreamAppend append = ObservedApplication.deposits(1)
                            .withMetadata(EventMetadata.none().withCorrelationId("order-7"));
                    ObservedApplication.store(context).append(append);

                    await().until(() -> contexts.size() == 1);
                    assertThat(contexts.get(0))
                            .containsEntry("subscription.name", "deposits")
                            .containsEntry("event.type", "deposited")
                            .containsEntry("event.position", "1")
                            .containsEntry("aggregate.id", append.aggregateId().toString())
                            .containsEntry("aggregate.type", "Account")
                            .containsEntry("correlation.id", "order-7")
                            .containsKey("event.id");

                    ObservedApplication.store(context).append(ObservedApplication.deposits(1));
                    await().until(() -> contexts.size() == 2);
                    assertThat(contexts.get(1)).doesNotContainKey("correlation.id");
                });
    }

    @Test
    void the_log_context_can_be_switched_off() {
        List<Map<String, String>> contexts = new CopyOnWriteArrayList<>();
        application
                .runner
                .withPropertyValues(
                        "eventsource.subscriptions.enabled=true", "eventsource.observations.log-context=false")
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            Map<String, String> copy = MDC.getCopyOfContextMap();
                            contexts.add(copy == null ? Map.of() : copy);
                        }))
                .run(context -> {
                    ObservedApplication.store(context).append(ObservedApplication.deposits(1));

                    await().until(() -> contexts.size() == 1);
                    assertThat(contexts.get(0)).doesNotContainKey("event.id");
                });
    }
}
