package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionState;
import io.eventsource.subscription.SubscriptionStatus;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LifecycleIT {

    private final TestDatabase database = TestDatabase.create();
    private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();
    private final List<Object> handled = new CopyOnWriteArrayList<>();
    private final ApplicationContextRunner application = Runners.on(database)
            .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> handled.add(event.payload())));

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static StreamAppend deposit(long amount) {
        return StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount));
    }

    private static EventStore store(BeanFactory context) {
        return context.getBean(EventStore.class);
    }

    /** Those of this test's application. */
    private List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threadsBefore.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("eventsource-"))
                .toList();
    }

    private long connections() {
        return database.count(
                "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = ? AND pid <> pg_backend_pid()",
                database.name());
    }

    @Test
    void aClosedApplicationLeavesNoThreadAndNoConnectionBehind() {
        application.run(context -> {
            store(context).append(deposit(1));
            store(context).appendAsync(deposit(2)).join();
            await().until(() -> handled.size() == 2);
            assertThat(threads()).contains("eventsource-tail", "eventsource-deposits", "eventsource-append-1");
            assertThat(connections()).isPositive();
        });

        await().untilAsserted(() -> assertThat(threads()).isEmpty());
        await().untilAsserted(() -> assertThat(connections()).isZero());
    }

    @Test
    void appendsUnderWayAreAnsweredWhenTheApplicationCloses() {
        List<CompletableFuture<?>> appends = new CopyOnWriteArrayList<>();
        application.run(context -> {
            for (int i = 0; i < 200; i++) {
                appends.add(store(context).appendAsync(deposit(i)));
            }
        });

        assertThat(appends).allSatisfy(append -> assertThat(append).isCompleted());
        assertThat(database.count("SELECT count(*) FROM eventsource.events")).isEqualTo(200);
    }

    @Test
    void subscriptionsAreStoppedAndStartedWithTheContext() {
        application.run(context -> {
            SubscriptionManager manager = context.getBean(SubscriptionManager.class);
            store(context).append(deposit(1));
            await().until(() -> handled.size() == 1);

            context.getSourceApplicationContext().stop();

            assertThat(manager.statuses())
                    .extracting(SubscriptionStatus::state)
                    .containsExactly(SubscriptionState.STOPPED);
            assertThat(threads()).doesNotContain("eventsource-tail", "eventsource-deposits");

            context.getSourceApplicationContext().start();
            store(context).append(deposit(2));

            await().untilAsserted(() -> assertThat(handled).containsExactly(new Deposited(1), new Deposited(2)));
        });
    }

    @Test
    void flywayFindsTheLibrarysTables() {
        application
                .withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                .withPropertyValues("spring.flyway.locations=classpath:db/flyway")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(database.count("SELECT count(*) FROM flyway_deposits"))
                            .isZero();
                });
    }

    @Test
    void liquibaseFindsTheLibrarysTables() {
        application
                .withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
                .withPropertyValues("spring.liquibase.change-log=classpath:db/changelog/deposits.sql")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(database.count("SELECT count(*) FROM liquibase_deposits"))
                            .isZero();
                });
    }
}
