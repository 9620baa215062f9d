package io.eventsource.autoconfigure.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.observation.EventSourceObservations.AppendContext;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.VersionConflictException;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.transaction.support.TransactionTemplate;

/** What is observed of appends, loads and snapshots, and how an application changes it. */
class ObservationsIT {

    private final ObservedApplication application = new ObservedApplication();

    @AfterEach
    void removeTheDatabase() {
        application.close();
    }

    @Test
    void an_append_is_named_and_tagged() {
        application.runner.run(context -> {
            UUID stream = UUID.randomUUID();
            ObservedApplication.store(context)
                    .append(StreamAppend.to("Account", stream, new Deposited(1), new Deposited(2)));

            Observation.Context append =
                    application.observed("eventsource.append").get(0);
            assertThat(append.getContextualName()).isEqualTo("append Account");
            assertThat(ObservedApplication.low(append))
                    .containsOnly(
                            Map.entry("aggregate.type", "Account"),
                            Map.entry("event.type", "deposited"),
                            Map.entry("outcome", "appended"),
                            Map.entry("db.system", "postgresql"),
                            Map.entry("db.operation", "INSERT"));
            assertThat(ObservedApplication.keys(append))
                    .containsEntry("aggregate.id", stream.toString())
                    .containsEntry("aggregate.version", "2")
                    .containsEntry("db.system.name", "postgresql")
                    .containsEntry("db.collection.name", "events")
                    .containsEntry("messaging.batch.message_count", "2");
        });
    }

    @Test
    void a_conflict_is_an_outcome_and_is_counted() {
        application.runner.run(context -> {
            StreamAppend append = ObservedApplication.deposits(1).expecting(ExpectedVersion.exact(7));
            Assertions.assertThatExceptionOfType(VersionConflictException.class)
                    .isThrownBy(() -> ObservedApplication.store(context).append(append));

            assertThat(ObservedApplication.low(
                            application.observed("eventsource.append").get(0)))
                    .containsEntry("outcome", "conflict");
            assertThat(ObservedApplication.meters(context)
                            .get("eventsource.append.conflicts")
                            .tag("aggregate.type", "Account")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(ObservedApplication.appended(context)).isZero();
        });
    }

    @Test
    void a_duplicate_is_an_outcome_and_counts_nothing() {
        application.runner.run(context -> {
            StreamAppend append = ObservedApplication.deposits(3).withAppendId(UUID.randomUUID());
            ObservedApplication.store(context).append(append);
            ObservedApplication.store(context).append(append);

            assertThat(ObservedApplication.low(
                            application.observed("eventsource.append").get(1)))
                    .containsEntry("outcome", "duplicate");
            assertThat(ObservedApplication.appended(context)).isEqualTo(3);
        });
    }

    @Test
    void an_asynchronous_append_ends_with_its_answer() {
        application.runner.run(context -> {
            ObservedApplication.store(context)
                    .appendAsync(ObservedApplication.deposits(2))
                    .join();

            await().until(() -> application.observed("eventsource.append").size() == 1);
            assertThat(ObservedApplication.low(
                            application.observed("eventsource.append").get(0)))
                    .containsEntry("outcome", "appended");
            assertThat(ObservedApplication.appended(context)).isEqualTo(2);
        });
    }

    @ParameterizedTest
    @CsvSource({"deferred", "immediate"})
    void events_of_a_transaction_count_when_it_has_committed(String timing) {
        application
                .runner
                .withPropertyValues("eventsource.append.timing=" + timing)
                .run(context -> {
                    TransactionTemplate transaction = context.getBean(TransactionTemplate.class);
                    transaction.executeWithoutResult(status -> {
                        ObservedApplication.store(context).append(ObservedApplication.deposits(5));
                        status.setRollbackOnly();
                    });
                    assertThat(ObservedApplication.appended(context)).isZero();

                    transaction.executeWithoutResult(status -> {
                        ObservedApplication.store(context).append(ObservedApplication.deposits(5));
                        assertThat(ObservedApplication.appended(context)).isZero();
                    });
                    assertThat(ObservedApplication.appended(context)).isEqualTo(5);
                });
    }

    @Test
    void a_load_is_tagged_with_what_was_read() {
        application.runner.run(context -> {
            StreamAppend append = ObservedApplication.deposits(4);
            ObservedApplication.store(context).append(append);
            ObservedApplication.store(context).readStream(StreamQuery.of(append.aggregateId()));

            Observation.Context load = application.observed("eventsource.load").get(0);
            assertThat(ObservedApplication.low(load))
                    .containsEntry("aggregate.type", "Account")
                    .containsEntry("snapshot", "false")
                    .containsEntry("db.operation", "SELECT");
            assertThat(ObservedApplication.keys(load))
                    .containsEntry("aggregate.id", append.aggregateId().toString())
                    .containsEntry("db.response.returned_rows", "4");
        });
    }

    @Test
    void a_snapshot_is_observed_when_it_is_stored_and_a_load_says_that_it_used_it() {
        application
                .runner
                .withPropertyValues("eventsource.snapshots.mode=sync", "eventsource.snapshots.threshold=2")
                .run(context -> {
                    AggregateRepository<Account> accounts = context.getBeanProvider(
                                    new ParameterizedTypeReference<AggregateRepository<Account>>() {})
                            .getObject();
                    Account account = accounts.create(UUID.randomUUID());
                    account.deposit(1);
                    account.deposit(1);
                    accounts.save(account);
                    accounts.load(account.id());

                    assertThat(ObservedApplication.low(application
                                    .observed("eventsource.snapshot.store")
                                    .get(0)))
                            .containsEntry("aggregate.type", "Account")
                            .containsEntry("outcome", "taken");
                    List<Observation.Context> loads = application.observed("eventsource.load");
                    assertThat(ObservedApplication.low(loads.get(loads.size() - 1)))
                            .containsEntry("snapshot", "true");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "append, eventsource.append",
        "load, eventsource.load",
        "handle, eventsource.handle",
        "snapshot, eventsource.snapshot.store"
    })
    void each_component_can_be_switched_off(String component, String name) {
        application
                .runner
                .withPropertyValues(
                        "eventsource.observations." + component + "=false",
                        "eventsource.subscriptions.enabled=true",
                        "eventsource.snapshots.mode=sync",
                        "eventsource.snapshots.threshold=2")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    AggregateRepository<Account> accounts = context.getBeanProvider(
                                    new ParameterizedTypeReference<AggregateRepository<Account>>() {})
                            .getObject();
                    Account account = accounts.create(UUID.randomUUID());
                    account.deposit(1);
                    account.deposit(1);
                    accounts.save(account);
                    accounts.load(account.id());
                    await().untilAsserted(() -> assertThat(application.database.count(
                                    "SELECT coalesce(max(position), 0) FROM eventsource.projection_checkpoints"))
                            .isEqualTo(2));

                    List<String> others = new ArrayList<>(List.of(
                            "eventsource.append",
                            "eventsource.load",
                            "eventsource.handle",
                            "eventsource.snapshot.store"));
                    others.remove(name);
                    assertThat(application.observed)
                            .extracting(Observation.Context::getName)
                            .doesNotContain(name)
                            .contains(others.toArray(String[]::new));
                });
    }

    @Test
    void a_convention_of_the_application_replaces_the_librarys() {
        application.runner.withBean(OwnConvention.class).run(context -> {
            ObservedApplication.store(context).append(ObservedApplication.deposits(1));

            Observation.Context append = application.observed("deposits").get(0);
            assertThat(ObservedApplication.low(append))
                    .containsEntry("bank", "ours")
                    .containsEntry("aggregate.type", "Account");
        });
    }

    static class OwnConvention implements ObservationConvention<AppendContext> {

        private final ObservationConvention<AppendContext> librarys = EventSourceObservations.appendConvention();

        @Override
        public boolean supportsContext(Observation.Context context) {
            return librarys.supportsContext(context);
        }

        @Override
        public String getName() {
            return "deposits";
        }

        @Override
        public KeyValues getLowCardinalityKeyValues(AppendContext context) {
            return librarys.getLowCardinalityKeyValues(context).and("bank", "ours");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false", ", true"})
    void the_timers_have_histograms_unless_the_application_says_otherwise(@Nullable String said, boolean histogram) {
        application
                .runner
                .withConfiguration(AutoConfigurations.of(PrometheusMetricsExportAutoConfiguration.class))
                .withPropertyValues(
                        said == null
                                ? "management.metrics.distribution.maximum-expected-value.all=5s"
                                : "management.metrics.distribution.percentiles-histogram.eventsource.append=" + said)
                .run(context -> {
                    ObservedApplication.store(context).append(ObservedApplication.deposits(1));

                    String scraped =
                            context.getBean(PrometheusMeterRegistry.class).scrape();
                    assertThat(scraped).contains("eventsource_append_seconds_count");
                    assertThat(scraped.contains("eventsource_append_seconds_bucket"))
                            .isEqualTo(histogram);
                });
    }

    @Test
    void group_commits_are_measured() {
        application.runner.run(context -> {
            ObservedApplication.store(context).append(ObservedApplication.deposits(3));

            assertThat(ObservedApplication.meters(context)
                            .get("eventsource.append.group.appends")
                            .summary()
                            .totalAmount())
                    .isEqualTo(1);
            assertThat(ObservedApplication.meters(context)
                            .get("eventsource.append.group.events")
                            .summary()
                            .totalAmount())
                    .isEqualTo(3);
        });
    }
}
