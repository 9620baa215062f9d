package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.DebianPostgres;
import io.eventsource.autoconfigure.testing.Documents;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.PooledDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** A primary is demoted and its standby promoted under an application whose URL is that of docs/operations.md. Runs in the profile {@code server-tools}. */
class FailoverServerTools {

    private static final Duration RECOVERY = Duration.ofSeconds(10);
    private static final int LOST = 50;

    private DebianPostgres first;
    private DebianPostgres second;
    private ConfigurableApplicationContext context;
    private final Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failed = new AtomicInteger();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> callers = new ArrayList<>();

    /** Two read models in the database of the events. */
    @Configuration(proxyBeanMethods = false)
    static class Deposits {

        @Bean
        EventHandlers first(JdbcTemplate jdbc) {
            return inserting("first", jdbc);
        }

        @Bean
        EventHandlers second(JdbcTemplate jdbc) {
            return inserting("second", jdbc);
        }

        private static EventHandlers inserting(String name, JdbcTemplate jdbc) {
            return new Handlers(
                    name, event -> jdbc.update("INSERT INTO public.%s VALUES (?)".formatted(name), event.position()));
        }
    }

    @BeforeEach
    void startTwoServers() throws IOException {
        first = DebianPostgres.primary();
        first.jdbc("postgres").execute("CREATE DATABASE orders");
        first.jdbc("orders").execute("CREATE TABLE public.first (position bigint PRIMARY KEY)");
        first.jdbc("orders").execute("CREATE TABLE public.second (position bigint PRIMARY KEY)");
        second = first.standby();
        String url = Documents.block("Failover", "yaml", "targetServerType")
                .lines()
                .filter(line -> line.contains("url: "))
                .findFirst()
                .orElseThrow()
                .replace("url: ", "")
                .strip()
                .replace("db1.example.com:5432", "127.0.0.1:" + first.port())
                .replace("db2.example.com:5432", "127.0.0.1:" + second.port());
        context = new SpringApplicationBuilder(PooledDatabase.Starter.class, AccountApplication.class, Deposits.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.datasource.url=" + url,
                        "--spring.datasource.username=postgres",
                        "--spring.datasource.hikari.connection-timeout=3000",
                        "--management.endpoint.health.show-details=always");
    }

    @AfterEach
    void stopEverything() throws IOException, InterruptedException {
        stop.countDown();
        for (Thread caller : callers) {
            caller.join();
        }
        context.close();
        first.close();
        second.close();
    }

    private UUID append() {
        UUID stream = UUID.randomUUID();
        context.getBean(EventStore.class).append(StreamAppend.to("Account", stream, new Deposited(1)));
        return stream;
    }

    private void appendAllTheTime() {
        for (int n = 0; n < 4; n++) {
            Thread caller = new Thread(() -> {
                while (stop.getCount() > 0) {
                    try {
                        acknowledged.add(append());
                    } catch (RuntimeException away) {
                        failed.incrementAndGet();
                    }
                }
            });
            callers.add(caller);
            caller.start();
        }
        await().until(() -> acknowledged.size() > 200);
    }

    private void assertHandled(DebianPostgres server, Duration within) {
        UUID probe = append();
        await().atMost(within).untilAsserted(() -> {
            for (String model : List.of("first", "second")) {
                assertThat(server.count(
                                "SELECT count(*) FROM eventsource.events JOIN public.%s USING (position) WHERE aggregate_id = '%s'"
                                        .formatted(model, probe)))
                        .as(model)
                        .isEqualTo(1);
            }
        });
    }

    /** Every event has been handled by both, once, and nothing else has. */
    private static void assertEqual(DebianPostgres server) {
        for (String model : List.of("first", "second")) {
            await().atMost(RECOVERY).untilAsserted(() -> assertThat(server.count(
                            "SELECT count(*) FROM eventsource.events FULL JOIN public.%s AS m USING (position) WHERE event_id IS NULL OR m IS NULL"
                                    .formatted(model)))
                    .as("differences of " + model)
                    .isZero());
        }
        assertThat(server.count("SELECT count(*) FROM eventsource.dead_letter_queue"))
                .isZero();
    }

    private void assertAcknowledgedAreIn(DebianPostgres server) {
        assertThat(server.jdbc("orders").queryForList("SELECT aggregate_id FROM eventsource.events", UUID.class))
                .containsAll(acknowledged);
    }

    private Status health() {
        return Indicators.health(context, "eventsource").getStatus();
    }

    /** From the promotion on. */
    private void awaitGoingOn(long promotedAt) {
        await().atMost(RECOVERY).ignoreExceptions().until(() -> append() != null);
        assertHandled(second, RECOVERY.minusNanos(System.nanoTime() - promotedAt));
    }

    private void endCallers() throws InterruptedException {
        stop.countDown();
        for (Thread caller : callers) {
            caller.join();
        }
    }

    @Test
    void appends_and_subscriptions_go_on_when_a_fenced_primary_keeps_its_sessions() throws Exception {
        appendAllTheTime();
        first.fence();
        int before = failed.get();
        await().until(() -> failed.get() > before);
        // all breakers are open by then
        await().atMost(Duration.ofSeconds(30)).until(() -> health().equals(Status.DOWN));
        first.awaitReplayedBy(second);
        second.promote();
        long promotedAt = System.nanoTime();

        awaitGoingOn(promotedAt);

        endCallers();
        assertAcknowledgedAreIn(second);
        assertEqual(second);
        await().atMost(RECOVERY).until(() -> health().equals(Status.UP));
    }

    @Test
    void nothing_is_lost_at_a_switchover_with_the_old_primary_back_as_a_standby() throws Exception {
        appendAllTheTime();
        first.stop();
        second.promote();
        long promotedAt = System.nanoTime();
        first.follow(second);
        first.start();

        awaitGoingOn(promotedAt);

        endCallers();
        assertAcknowledgedAreIn(second);
        assertEqual(second);
        second.awaitReplayedBy(first);
        assertEqual(first);
    }

    @Test
    void what_was_not_replicated_is_told_and_leaves_no_trace_in_the_read_models() {
        for (int n = 0; n < LOST; n++) {
            acknowledged.add(append());
        }
        assertHandled(first, RECOVERY);
        first.awaitReplayedBy(second);
        second.disconnectFromPrimary();
        for (int n = 0; n < LOST; n++) {
            append();
        }
        assertHandled(first, RECOVERY);
        long lost = first.count("SELECT max(position) FROM eventsource.events");

        first.stop();
        second.promote();

        await().atMost(RECOVERY)
                .until(() -> context.getBean(HighWaterMark.class).status().regressions() > 0);
        long promotedAt = System.nanoTime();
        awaitGoingOn(promotedAt);
        assertThat(second.count("SELECT count(*) FROM eventsource.events")).isLessThan(lost);
        assertAcknowledgedAreIn(second);
        assertEqual(second);
        assertThat(context.getBean(SubscriptionManager.class).statuses())
                .extracting(SubscriptionStatus::name)
                .containsExactlyInAnyOrder("first", "second");
    }
}
