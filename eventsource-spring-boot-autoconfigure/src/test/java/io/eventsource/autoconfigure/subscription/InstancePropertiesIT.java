package io.eventsource.autoconfigure.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the properties do by which instances share subscriptions. */
class InstancePropertiesIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final ApplicationContextRunner application = Runners.on(database)
            .withBean("deposits", EventHandlers.class, () -> handlers("deposits"))
            .withBean("audits", EventHandlers.class, () -> handlers("audits"));

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private EventHandlers handlers(String name) {
        return new Handlers(
                name,
                event -> threads.add(
                        name + " " + Thread.currentThread().getClass().getName()));
    }

    private static SubscriptionManager manager(BeanFactory context) {
        return context.getBean(SubscriptionManager.class);
    }

    private static Map<String, SubscriptionStatus.State> states(BeanFactory context) {
        return manager(context).statuses().stream()
                .collect(Collectors.toMap(each -> each.name(), each -> each.state()));
    }

    private List<Long> segmentsOwned() {
        return database.jdbc()
                .queryForList(
                        """
                        SELECT count(*) FROM eventsource.projection_checkpoints
                         WHERE projection_name = 'deposits' AND owner IS NOT NULL GROUP BY owner ORDER BY 1""",
                        Long.class);
    }

    private ApplicationContextRunner with(String... properties) {
        String[] prefixed = List.of(properties).stream()
                .map(each -> "eventsource.subscriptions." + each)
                .toArray(String[]::new);
        return application.withPropertyValues(prefixed);
    }

    /** How many events each batch has of five that a subscription finds when it is started. */
    private List<Integer> batches(String... properties) {
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        EventHandlers large = new EventHandlers() {
            @Override
            public String name() {
                return "large";
            }

            @Override
            public Set<String> eventTypes() {
                return Set.of("deposited");
            }

            @Override
            public void handle(EventEnvelope<Object> event) {}

            @Override
            public void handleAll(List<EventEnvelope<Object>> events) {
                sizes.add(events.size());
            }
        };
        with(properties)
                .withPropertyValues("eventsource.subscriptions.defaults.auto-startup=false")
                .withBean("large", EventHandlers.class, () -> large)
                .run(context -> {
                    EventMetadata header = EventMetadata.none().withHeader("baggage", "x".repeat(40 * 1024));
                    for (int i = 0; i < 5; i++) {
                        context.getBean(EventStore.class)
                                .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1))
                                        .withMetadata(header));
                    }
                    manager(context).start("large");
                    await().untilAsserted(() -> assertThat(
                                    sizes.stream().mapToInt(each -> each).sum())
                            .isEqualTo(5));
                });
        return sizes;
    }

    @Test
    void a_page_has_no_more_bytes_than_max_page_bytes() {
        assertThat(batches("max-page-bytes=64KB")).containsExactly(1, 1, 1, 1, 1);
    }

    @Test
    void what_fits_into_max_page_bytes_is_one_batch() {
        assertThat(batches("max-page-bytes=4MB")).containsExactly(5);
    }

    @Test
    void segments_are_shared_by_instances() {
        with("defaults.segments.count=4")
                .run(first -> with("defaults.segments.count=4").run(second -> await().untilAsserted(
                                () -> assertThat(segmentsOwned()).containsExactly(2L, 2L))));
    }

    @Test
    void numbered_instances_have_segments_for_each_and_keep_to_their_own() {
        with("instance.index=0", "instance.count=3").run(context -> {
            await().untilAsserted(() -> assertThat(segmentsOwned()).containsExactly(1L));
            assertThat(
                            database.count(
                                    "SELECT count(*) FROM eventsource.projection_checkpoints WHERE projection_name = 'deposits'"))
                    .isEqualTo(3);
        });
    }

    @Test
    void only_included_subscriptions_are_started() {
        with("instance.include=deposits").run(context -> await().untilAsserted(() -> assertThat(states(context))
                .containsEntry("deposits", SubscriptionStatus.State.LIVE)
                .containsEntry("audits", SubscriptionStatus.State.STOPPED)));
    }

    @Test
    void excluded_subscriptions_are_not_started_and_can_be_awaited_where_they_are_handled() {
        with("instance.exclude=deposits", "poll-interval=20ms")
                .run(web -> with("poll-interval=20ms").run(worker -> {
                    await().untilAsserted(() ->
                            assertThat(states(worker)).containsEntry("deposits", SubscriptionStatus.State.LIVE));
                    assertThat(states(web)).containsEntry("deposits", SubscriptionStatus.State.STOPPED);

                    var result = web.getBean(EventStore.class)
                            .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));

                    assertThat(manager(web).await("deposits", result, Duration.ofSeconds(20)))
                            .isTrue();
                }));
    }

    @Test
    void unknown_names_are_refused() {
        with("instance.include=nobody").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("eventsource.subscriptions.instance.include names [nobody]")
                .hasMessageContaining("[audits, deposits]"));
    }

    @Test
    void subscriptions_that_do_not_start_by_themselves_are_started_by_name() {
        with("defaults.auto-startup=false", "named.audits.auto-startup=true").run(context -> {
            await().untilAsserted(() -> assertThat(states(context))
                    .containsEntry("audits", SubscriptionStatus.State.LIVE)
                    .containsEntry("deposits", SubscriptionStatus.State.STOPPED));

            manager(context).start("deposits");

            await().untilAsserted(
                            () -> assertThat(states(context)).containsEntry("deposits", SubscriptionStatus.State.LIVE));
        });
    }

    @Test
    void the_lease_is_what_the_database_says_of_this_instance() {
        with("instance.lease-duration=45s").run(context -> {
            await().until(() -> database.count("SELECT count(*) FROM eventsource.subscription_instances") == 1);
            assertThat(database.jdbc()
                            .queryForList(
                                    "SELECT extract(epoch FROM lease_duration)::bigint FROM eventsource.subscription_instances",
                                    Long.class))
                    .containsExactly(45L);
        });
    }

    @Test
    void a_processing_timeout_above_the_lease_is_refused() {
        with("instance.lease-duration=10s").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("batch.timeout of PT30S, above the lease-duration of PT10S"));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void segments_are_handled_by_virtual_threads_where_the_application_asks_for_them() {
        handledBy("spring.threads.virtual.enabled=true", "deposits java.lang.VirtualThread");
    }

    @Test
    void segments_are_handled_by_platform_threads_otherwise() {
        handledBy("spring.threads.virtual.enabled=false", "deposits java.lang.Thread");
    }

    private void handledBy(String property, String thread) {
        application.withPropertyValues(property).run(context -> {
            var result = context.getBean(EventStore.class)
                    .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
            assertThat(manager(context).await("deposits", result, Duration.ofSeconds(20)))
                    .isTrue();
            assertThat(threads).contains(thread);
        });
    }
}
