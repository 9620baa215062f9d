package io.eventsource.autoconfigure;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.CommandRetries;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.SignalRelay;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.VersionConflictException;
import io.eventsource.subscription.SubscriptionManager;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What each property does in a running application. */
class PropertiesIT {

    private final TestDatabase database = TestDatabase.create();
    private final ApplicationContextRunner application = Runners.on(database);

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

    private static TransactionTemplate transaction(BeanFactory context) {
        return new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
    }

    private ApplicationContextRunner handling(Consumer<EventEnvelope<Object>> handler) {
        return application.withBean(EventHandlers.class, () -> new Handlers("deposits", handler));
    }

    @Test
    void the_tables_are_in_the_schema() {
        application.withPropertyValues("eventsource.schema=ledger").run(context -> {
            store(context).append(deposit(1));

            assertThat(database.count("SELECT count(*) FROM ledger.events")).isOne();
            assertThat(database.tables("eventsource")).isEmpty();
            assertThat(Indicators.health(context, "eventsource").getStatus().getCode())
                    .isEqualTo("UP");
        });
    }

    @Nested
    class Appends {

        @ParameterizedTest
        @CsvSource({"deferred, 0", "immediate, 1"})
        void the_timing_says_whether_an_open_transaction_holds_the_log(String timing, long writers) {
            application
                    .withPropertyValues("eventsource.append.timing=" + timing)
                    .run(context -> transaction(context).executeWithoutResult(status -> {
                        AppendResult unused = store(context).append(deposit(1));

                        assertThat(database.writers()).isEqualTo(writers);
                    }));

            assertThat(database.count("SELECT count(*) FROM eventsource.events"))
                    .isOne();
        }

        @ParameterizedTest
        @CsvSource({"deferred, false", "at-commit, true"})
        void the_timing_says_whether_a_conflict_waits_for_the_commit(String timing, boolean waits) {
            application
                    .withPropertyValues("eventsource.append.timing=" + timing)
                    .run(context -> {
                        AtomicBoolean goneOn = new AtomicBoolean();

                        assertThatExceptionOfType(VersionConflictException.class)
                                .isThrownBy(() -> transaction(context).executeWithoutResult(status -> {
                                    AppendResult unused =
                                            store(context).append(deposit(1).expecting(ExpectedVersion.exact(7)));
                                    goneOn.set(true);
                                }));

                        assertThat(goneOn.get()).isEqualTo(waits);
                    });
        }

        @Test
        void the_idle_in_transaction_timeout_holds_from_the_deferred_insert_on() {
            AtomicReference<String> before = new AtomicReference<>();
            AtomicReference<String> after = new AtomicReference<>();
            application
                    .withPropertyValues("eventsource.append.idle-in-transaction-timeout=4321ms")
                    .run(context -> transaction(context).executeWithoutResult(status -> {
                        store(context).append(deposit(1));
                        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                        before.set(idleTimeout(jdbc));
                        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                            @Override
                            public void beforeCompletion() {
                                after.set(idleTimeout(jdbc));
                            }
                        });
                    }));

            assertThat(before).hasValue("0");
            assertThat(after).hasValue("4321ms");
        }

        private static String idleTimeout(JdbcTemplate jdbc) {
            return Objects.requireNonNull(
                    jdbc.queryForObject("SELECT current_setting('idle_in_transaction_session_timeout')", String.class));
        }

        @Test
        void with_group_commit_concurrent_appends_share_transactions() {
            assertThat(transactionsOfConcurrentAppends(20, true)).isLessThan(20);
        }

        @Test
        void without_group_commit_each_append_is_a_transaction() {
            assertThat(transactionsOfConcurrentAppends(20, false)).isEqualTo(20);
        }

        /** All appends are under way before the first of them can be committed. */
        private long transactionsOfConcurrentAppends(int count, boolean groupCommit) {
            application
                    .withPropertyValues("eventsource.append.group-commit=" + groupCommit)
                    .run(context -> {
                        List<CompletableFuture<AppendResult>> appends;
                        try (Connection connection = database.connect();
                                Statement statement = connection.createStatement()) {
                            connection.setAutoCommit(false);
                            statement.execute("LOCK TABLE eventsource.events IN SHARE MODE");
                            appends = IntStream.range(0, count)
                                    .mapToObj(i -> store(context).appendAsync(deposit(i)))
                                    .toList();
                            connection.rollback();
                        }
                        CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new))
                                .get(30, SECONDS);
                    });
            assertThat(database.count("SELECT count(*) FROM eventsource.events"))
                    .isEqualTo(count);
            return database.count("SELECT count(DISTINCT xmin::text) FROM eventsource.events");
        }
    }

    @Nested
    class Commands {

        @Test
        void are_repeated_as_often_and_with_such_pauses_as_configured() {
            application
                    .withPropertyValues(
                            "eventsource.commands.retry.max-retries=2",
                            "eventsource.commands.retry.delay=150ms",
                            "eventsource.commands.retry.max-delay=151ms")
                    .run(context -> {
                        AggregateRepository<Account> accounts = context.getBeanProvider(
                                        new ParameterizedTypeReference<AggregateRepository<Account>>() {})
                                .getObject();
                        Account account = accounts.create(UUID.randomUUID());
                        account.deposit(1);
                        accounts.save(account);
                        AtomicInteger attempts = new AtomicInteger();
                        long begun = System.nanoTime();

                        assertThatThrownBy(() -> accounts.execute(account.id(), loaded -> {
                                    attempts.incrementAndGet();
                                    store(context).append(StreamAppend.to("Account", account.id(), new Deposited(1)));
                                    loaded.deposit(1);
                                }))
                                .isInstanceOf(VersionConflictException.class);

                        assertThat(attempts).hasValue(3);
                        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                                .isGreaterThanOrEqualTo(Duration.ofMillis(2 * 150));
                        assertThat(context.getBean(CommandRetries.class))
                                .isEqualTo(new CommandRetries(2, Duration.ofMillis(150), Duration.ofMillis(151)));
                    });
        }
    }

    @Nested
    class Subscriptions {

        @Test
        void the_batch_size_bounds_the_events_of_a_transaction() {
            application
                    .withPropertyValues("eventsource.subscriptions.enabled=false")
                    .run(context -> {
                        for (int i = 0; i < 10; i++) {
                            store(context).append(deposit(i));
                        }
                    });
            database.jdbc().execute("CREATE TABLE handled (seq serial, transaction bigint)");
            CompletableFuture<JdbcTemplate> jdbc = new CompletableFuture<>();

            handling(event -> jdbc.join().update("INSERT INTO handled (transaction) VALUES (txid_current())"))
                    .withPropertyValues(
                            "eventsource.subscriptions.defaults.batch.size=3",
                            "eventsource.subscriptions.defaults.batch.max-in-flight=3")
                    .run(context -> {
                        jdbc.complete(context.getBean(JdbcTemplate.class));
                        await().until(() -> database.count("SELECT count(*) FROM handled") == 10);
                    });

            assertThat(database.jdbc()
                            .queryForList(
                                    "SELECT count(*) FROM handled GROUP BY transaction ORDER BY min(seq)", Long.class))
                    .containsExactly(3L, 3L, 3L, 1L);
        }

        @Test
        void with_polling_alone_events_of_other_processes_wait_for_the_poll_interval() {
            List<Object> handled = new CopyOnWriteArrayList<>();
            handling(event -> handled.add(event.payload()))
                    .withPropertyValues(
                            "eventsource.notifications.enabled=false", "eventsource.subscriptions.poll-interval=1h")
                    .run(context -> {
                        await().during(Duration.ofMillis(500)).until(Subscriptions::tailIsIdle);

                        appendInAnotherProcess(1);

                        await().during(Duration.ofMillis(500)).until(handled::isEmpty);
                        store(context).append(deposit(2));
                        await().untilAsserted(
                                        () -> assertThat(handled).containsExactly(new Deposited(1), new Deposited(2)));
                    });
        }

        @Test
        void with_notifications_an_event_of_another_process_is_seen_before_the_next_poll() {
            List<Object> handled = new CopyOnWriteArrayList<>();
            handling(event -> handled.add(event.payload()))
                    .withPropertyValues(
                            "eventsource.notifications.enabled=true", "eventsource.subscriptions.poll-interval=1h")
                    .run(context -> {
                        await().until(() ->
                                context.getBean(SignalRelay.class).status().connected());

                        appendInAnotherProcess(1);

                        await().until(() -> handled.size() == 1);
                    });
        }

        @Test
        void the_heartbeat_is_how_often_the_listener_tries_itself() {
            application
                    .withPropertyValues("eventsource.notifications.heartbeat=300ms")
                    .run(context -> {
                        await().until(() ->
                                context.getBean(SignalRelay.class).status().connected());
                        long began = System.nanoTime();
                        List<String> times = new CopyOnWriteArrayList<>();
                        await().until(() -> {
                            database
                                    .jdbc()
                                    .queryForList(
                                            "SELECT query_start::text FROM pg_stat_activity WHERE application_name = 'eventsource-listener' AND datname = ?",
                                            String.class,
                                            database.name())
                                    .stream()
                                    .filter(time -> !times.contains(time))
                                    .forEach(times::add);
                            return times.size() >= 4;
                        });
                        assertThat(Duration.ofNanos(System.nanoTime() - began))
                                .isBetween(Duration.ofMillis(500), Duration.ofSeconds(5));
                    });
        }

        @Test
        void an_event_of_another_process_is_seen_at_the_next_poll() {
            List<Object> handled = new CopyOnWriteArrayList<>();
            handling(event -> handled.add(event.payload()))
                    .withPropertyValues(
                            "eventsource.notifications.enabled=false", "eventsource.subscriptions.poll-interval=20ms")
                    .run(context -> {
                        store(context).append(deposit(1));
                        await().until(() -> handled.size() == 1);

                        appendInAnotherProcess(2);

                        await().until(() -> handled.size() == 2);
                    });
        }

        private void appendInAnotherProcess(long amount) {
            application
                    .withPropertyValues("eventsource.subscriptions.enabled=false")
                    .run(other -> store(other).append(deposit(amount)));
        }

        private static boolean tailIsIdle() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("eventsource-tail"))
                    .allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
        }

        @Test
        void the_first_retry_waits_for_the_retry_delay() {
            List<Long> attempts = new CopyOnWriteArrayList<>();
            handling(event -> {
                        attempts.add(System.nanoTime());
                        if (attempts.size() == 1) {
                            throw new IllegalStateException("told to fail");
                        }
                    })
                    .withPropertyValues("eventsource.subscriptions.defaults.retry.delay=1500ms")
                    .run(context -> {
                        store(context).append(deposit(1));
                        await().until(() -> attempts.size() == 2);
                    });

            assertThat(Duration.ofNanos(attempts.get(1) - attempts.get(0)))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(1500));
        }

        @Test
        void retries_wait_for_no_longer_than_the_max_retry_delay() {
            AtomicInteger attempts = new AtomicInteger();
            handling(event -> {
                        if (attempts.incrementAndGet() < 10) {
                            throw new IllegalStateException("told to fail");
                        }
                    })
                    .withPropertyValues(
                            "eventsource.subscriptions.defaults.retry.max-retries=10",
                            "eventsource.subscriptions.defaults.retry.delay=50ms",
                            "eventsource.subscriptions.defaults.retry.max-delay=60ms")
                    .run(context -> {
                        store(context).append(deposit(1));
                        // doubling without a bound, the last pause alone would be 9 to 16 seconds
                        await().atMost(Duration.ofSeconds(8)).until(() -> attempts.get() == 10);
                    });
        }

        @Test
        void a_handler_is_interrupted_when_the_drain_timeout_has_passed() {
            CountDownLatch handling = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            AtomicLong closing = new AtomicLong();
            handling(event -> {
                        handling.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException stopped) {
                            Thread.currentThread().interrupt();
                            interrupted.countDown();
                            throw new IllegalStateException(stopped);
                        }
                    })
                    .withPropertyValues("eventsource.shutdown.drain-timeout=300ms")
                    .run(context -> {
                        store(context).append(deposit(1));
                        assertThat(handling.await(10, SECONDS)).isTrue();
                        closing.set(System.nanoTime());
                    });

            assertThat(Duration.ofNanos(System.nanoTime() - closing.get()))
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(8));
            await().until(() -> interrupted.getCount() == 0);
            assertThat(database.count("SELECT coalesce(max(position), 0) FROM eventsource.projection_checkpoints"))
                    .isZero();
        }

        @Test
        void can_be_left_to_other_instances() {
            application
                    .withPropertyValues("eventsource.subscriptions.enabled=false")
                    .run(context -> assertThat(context)
                            .doesNotHaveBean(SubscriptionManager.class)
                            .doesNotHaveBean("subscriptionLifecycle")
                            .hasSingleBean(EventStore.class));
        }
    }
}
