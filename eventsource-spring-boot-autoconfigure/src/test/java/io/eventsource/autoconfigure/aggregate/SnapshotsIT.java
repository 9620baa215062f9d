package io.eventsource.autoconfigure.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.EventSourceException;
import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.snapshot.Snapshots.SnapshotListener;
import io.eventsource.snapshot.Snapshots.SnapshotListener.SnapshotStatistics;
import io.eventsource.snapshot.Snapshots.SnapshotPolicy;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.ParameterizedTypeReference;

/** What the properties of snapshots do in a running application. */
class SnapshotsIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final List<String> takers = new CopyOnWriteArrayList<>();
    private final ApplicationContextRunner application = Runners.on(database)
            .withPropertyValues("eventsource.snapshots.mode=sync", "eventsource.snapshots.threshold=3")
            .withBean("takers", SnapshotListener.class, () -> (type, outcome) -> {
                if (outcome == SnapshotListener.Outcome.TAKEN) {
                    takers.add(Thread.currentThread().getName());
                }
            });

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static AggregateRepository<Account> accounts(BeanFactory context) {
        return context.getBeanProvider(new ParameterizedTypeReference<AggregateRepository<Account>>() {})
                .getObject();
    }

    private static UUID deposit(BeanFactory context, int events) {
        Account account = accounts(context).create(UUID.randomUUID());
        for (int i = 0; i < events; i++) {
            account.deposit(1);
            accounts(context).save(account);
        }
        return account.id();
    }

    private long snapshots() {
        return database.count("SELECT count(*) FROM eventsource.snapshots");
    }

    private static long count(BeanFactory context, SnapshotListener.Outcome outcome) {
        return context.getBean(SnapshotStatistics.class).count("Account", outcome);
    }

    @Nested
    class Properties {

        @ParameterizedTest
        @CsvSource({"2, 0", "3, 1"})
        void the_threshold_says_after_how_many_events(int events, long expected) {
            application.run(context -> {
                deposit(context, events);

                assertThat(snapshots()).isEqualTo(expected);
            });
        }

        @Test
        void without_any_the_threshold_is_100_and_another_thread_takes_them() {
            Runners.on(database).run(context -> {
                deposit(context, 99);
                UUID due = deposit(context, 100);

                await().untilAsserted(() -> assertThat(count(context, SnapshotListener.Outcome.TAKEN))
                        .isOne());
                assertThat(database.count("SELECT version FROM eventsource.snapshots WHERE aggregate_id = ?", due))
                        .isEqualTo(100);
            });
        }

        @Test
        void sync_is_the_thread_that_saves() {
            application.run(context -> {
                deposit(context, 3);

                assertThat(takers).containsExactly(Thread.currentThread().getName());
            });
        }

        @Test
        void background_is_another_thread() {
            application
                    .withPropertyValues("eventsource.snapshots.mode=background")
                    .run(context -> {
                        deposit(context, 3);

                        await().untilAsserted(() -> assertThat(takers).hasSize(1));
                        assertThat(takers.get(0)).startsWith("eventsource-snapshot-");
                    });
        }

        @Test
        void manual_is_nobody_but_the_application() {
            application.withPropertyValues("eventsource.snapshots.mode=manual").run(context -> {
                UUID id = deposit(context, 5);
                assertThat(snapshots()).isZero();

                assertThat(accounts(context).snapshot(id)).isTrue();

                assertThat(snapshots()).isOne();
                accounts(context).load(id);
                assertThat(count(context, SnapshotListener.Outcome.USED)).isOne();
            });
        }

        @Test
        void disabled_they_are_neither_taken_nor_read() {
            application.run(context -> deposit(context, 3));
            application
                    .withPropertyValues("eventsource.snapshots.enabled=false")
                    .run(context -> {
                        UUID id = deposit(context, 3);
                        assertThat(accounts(context).load(id).version()).isEqualTo(3);

                        assertThat(snapshots()).isOne();
                        assertThat(count(context, SnapshotListener.Outcome.USED))
                                .isZero();
                    });
        }

        @Test
        void the_threshold_of_one_type_wins() {
            application
                    .withPropertyValues("eventsource.snapshots.aggregates.Account.threshold=2")
                    .run(context -> {
                        deposit(context, 2);
                        assertThat(snapshots()).isOne();
                    });
        }

        @Test
        void the_mode_of_one_type_wins() {
            application
                    .withPropertyValues("eventsource.snapshots.aggregates.Account.mode=manual")
                    .run(context -> {
                        deposit(context, 3);
                        assertThat(snapshots()).isZero();
                    });
        }

        @ParameterizedTest
        @CsvSource({"true, false, 0", "false, true, 1"})
        void the_switch_of_one_type_wins(boolean all, boolean one, long expected) {
            application
                    .withPropertyValues(
                            "eventsource.snapshots.enabled=" + all,
                            "eventsource.snapshots.aggregates.Account.enabled=" + one)
                    .run(context -> {
                        deposit(context, 3);
                        assertThat(snapshots()).isEqualTo(expected);
                    });
        }

        @ParameterizedTest
        @ValueSource(strings = {"threshold=5", "mode=sync", "enabled=false"})
        void an_unknown_type_stops_the_application_with_the_known_ones(String property) {
            application
                    .withPropertyValues("eventsource.snapshots.aggregates.Acount." + property)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(EventSourceException.class)
                            .hasMessageContainingAll("eventsource.snapshots.aggregates.Acount", "Account"));
        }
    }

    @Nested
    class Background {

        private final ApplicationContextRunner inBackground =
                application.withPropertyValues("eventsource.snapshots.mode=background");

        private Connection lockSnapshots() throws SQLException {
            Connection connection = database.connect();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE eventsource.snapshots IN ACCESS EXCLUSIVE MODE");
            }
            return connection;
        }

        private void awaitTheFirstToWait() {
            await().untilAsserted(() -> assertThat(database.count("SELECT count(*) FROM pg_locks WHERE NOT granted"))
                    .isOne());
        }

        @Test
        void more_than_the_queue_holds_are_skipped_and_counted() {
            inBackground
                    .withPropertyValues("eventsource.snapshots.queue-capacity=2")
                    .run(context -> {
                        try (Connection lock = lockSnapshots()) {
                            deposit(context, 3);
                            awaitTheFirstToWait();
                            deposit(context, 3);
                            deposit(context, 3);
                            assertThat(count(context, SnapshotListener.Outcome.SKIPPED))
                                    .isZero();

                            deposit(context, 3);

                            assertThat(count(context, SnapshotListener.Outcome.SKIPPED))
                                    .isOne();
                            lock.rollback();
                        }
                    });
            assertThat(snapshots()).isEqualTo(3);
        }

        @Test
        void what_waits_is_taken_before_the_application_has_stopped() throws Exception {
            inBackground.run(context -> {
                Connection lock = lockSnapshots();
                context.getSourceApplicationContext()
                        .addApplicationListener((ApplicationListener<ContextClosedEvent>) closed -> {
                            assertThat(takers).isEmpty();
                            try (lock) {
                                lock.rollback();
                            } catch (SQLException failure) {
                                throw new IllegalStateException(failure);
                            }
                        });
                for (int i = 0; i < 20; i++) {
                    deposit(context, 3);
                }
            });

            assertThat(takers).hasSize(20);
            assertThat(snapshots()).isEqualTo(20);
        }
    }

    @Nested
    class Policies {

        private final List<SnapshotPolicy.Candidate> candidates = new CopyOnWriteArrayList<>();

        private final ApplicationContextRunner withPolicy =
                application.withBean(SnapshotPolicy.class, () -> candidate -> {
                    candidates.add(candidate);
                    return candidate.version() == 2;
                });

        @Test
        void one_of_the_application_takes_the_place_of_the_threshold() {
            withPolicy.run(context -> {
                deposit(context, 5);

                assertThat(candidates).hasSize(5);
                assertThat(database.count("SELECT version FROM eventsource.snapshots"))
                        .isEqualTo(2);
            });
        }

        @Test
        void the_threshold_of_one_type_wins_over_it() {
            withPolicy
                    .withPropertyValues("eventsource.snapshots.aggregates.Account.threshold=4")
                    .run(context -> {
                        deposit(context, 5);

                        assertThat(candidates).isEmpty();
                        assertThat(database.count("SELECT version FROM eventsource.snapshots"))
                                .isEqualTo(4);
                    });
        }
    }

    @Test
    void they_are_counted_in_the_meter_registry() {
        application.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run(context -> {
            UUID id = deposit(context, 3);
            accounts(context).load(id);
            database.jdbc().update("UPDATE eventsource.snapshots SET schema_version = 7");
            accounts(context).load(id);

            MeterRegistry registry = context.getBean(MeterRegistry.class);
            for (String outcome : List.of("taken", "used", "outdated")) {
                assertThat(registry.get("eventsource.snapshots")
                                .tags("aggregate", "Account", "outcome", outcome)
                                .counter()
                                .count())
                        .as(outcome)
                        .isOne();
            }
        });
    }

    @Test
    void they_need_no_micrometer() {
        application
                .withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run(context -> {
                    deposit(context, 3);
                    assertThat(snapshots()).isOne();
                });
    }

    @Test
    void they_do_not_depend_on_the_applications_json() {
        Runners.plain()
                .withUserConfiguration(AccountApplication.class)
                .withPropertyValues(database.properties())
                .withPropertyValues(
                        "eventsource.snapshots.mode=sync",
                        "eventsource.snapshots.threshold=1",
                        "spring.jackson.property-naming-strategy=SNAKE_CASE")
                .run(context -> {
                    deposit(context, 1);
                    assertThat(database.jdbc()
                                    .queryForObject("SELECT state::text FROM eventsource.snapshots", String.class))
                            .isEqualTo("1");
                });
    }
}
