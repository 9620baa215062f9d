package io.eventsource.autoconfigure.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventMetadata;
import io.eventsource.observation.AppendContext;
import io.eventsource.observation.EventSourceObservations;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.projection.Projection;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.VersionConflictException;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.transaction.support.TransactionTemplate;

class ObservationsIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final List<Observation.Context> observed = new CopyOnWriteArrayList<>();
    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(AutoConfigurations.of(
                    ObservationAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withBean("collecting", ObservationHandler.class, this::collecting)
            .withPropertyValues("eventsource.subscriptions.enabled=false");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private ObservationHandler<Observation.Context> collecting() {
        return new ObservationHandler<>() {
            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }

            @Override
            public void onStop(Observation.Context context) {
                observed.add(context);
            }
        };
    }

    @Projection("totals")
    static class Batches {

        @EventHandler
        void on(List<Deposited> deposits) {}
    }

    private List<Observation.Context> observed(String name) {
        return observed.stream().filter(each -> name.equals(each.getName())).toList();
    }

    private static Map<String, String> keys(Observation.Context context) {
        return context.getAllKeyValues().stream()
                .collect(Collectors.toMap(
                        each -> each.getKey(), each -> each.getValue(), (first, second) -> second, TreeMap::new));
    }

    private static Map<String, String> low(Observation.Context context) {
        return context.getLowCardinalityKeyValues().stream()
                .collect(Collectors.toMap(
                        each -> each.getKey(), each -> each.getValue(), (first, second) -> second, TreeMap::new));
    }

    private static EventStore store(BeanFactory context) {
        return context.getBean(EventStore.class);
    }

    private static MeterRegistry meters(BeanFactory context) {
        return context.getBean(MeterRegistry.class);
    }

    private static double appended(BeanFactory context) {
        return meters(context).find("eventsource.events.appended").counters().stream()
                .mapToDouble(each -> each.count())
                .sum();
    }

    private static StreamAppend deposits(int count) {
        return StreamAppend.to("Account", UUID.randomUUID(), Collections.nCopies(count, new Deposited(1)));
    }

    @Test
    void anAppendIsNamedAndTagged() {
        application.run(context -> {
            UUID stream = UUID.randomUUID();
            store(context).append(StreamAppend.to("Account", stream, new Deposited(1), new Deposited(2)));

            Observation.Context append = observed("eventsource.append").get(0);
            assertThat(append.getContextualName()).isEqualTo("append Account");
            assertThat(low(append))
                    .containsOnly(
                            Map.entry("aggregate.type", "Account"),
                            Map.entry("event.type", "deposited"),
                            Map.entry("outcome", "appended"),
                            Map.entry("db.system", "postgresql"),
                            Map.entry("db.operation", "INSERT"));
            assertThat(keys(append))
                    .containsEntry("aggregate.id", stream.toString())
                    .containsEntry("aggregate.version", "2")
                    .containsEntry("db.system.name", "postgresql")
                    .containsEntry("db.collection.name", "events")
                    .containsEntry("messaging.batch.message_count", "2");
        });
    }

    @Test
    void aConflictIsAnOutcomeAndIsCounted() {
        application.run(context -> {
            StreamAppend append = deposits(1).expecting(ExpectedVersion.exact(7));
            Assertions.assertThatExceptionOfType(VersionConflictException.class)
                    .isThrownBy(() -> store(context).append(append));

            assertThat(low(observed("eventsource.append").get(0))).containsEntry("outcome", "conflict");
            assertThat(meters(context)
                            .get("eventsource.append.conflicts")
                            .tag("aggregate.type", "Account")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(appended(context)).isZero();
        });
    }

    @Test
    void aDuplicateIsAnOutcomeAndCountsNothing() {
        application.run(context -> {
            StreamAppend append = deposits(3).withAppendId(UUID.randomUUID());
            store(context).append(append);
            store(context).append(append);

            assertThat(low(observed("eventsource.append").get(1))).containsEntry("outcome", "duplicate");
            assertThat(appended(context)).isEqualTo(3);
        });
    }

    @Test
    void anAsynchronousAppendEndsWithItsAnswer() {
        application.run(context -> {
            store(context).appendAsync(deposits(2)).join();

            await().until(() -> observed("eventsource.append").size() == 1);
            assertThat(low(observed("eventsource.append").get(0))).containsEntry("outcome", "appended");
            assertThat(appended(context)).isEqualTo(2);
        });
    }

    @ParameterizedTest
    @CsvSource({"deferred", "immediate"})
    void eventsOfATransactionCountWhenItHasCommitted(String timing) {
        application.withPropertyValues("eventsource.append.timing=" + timing).run(context -> {
            TransactionTemplate transaction = context.getBean(TransactionTemplate.class);
            transaction.executeWithoutResult(status -> {
                store(context).append(deposits(5));
                status.setRollbackOnly();
            });
            assertThat(appended(context)).isZero();

            transaction.executeWithoutResult(status -> {
                store(context).append(deposits(5));
                assertThat(appended(context)).isZero();
            });
            assertThat(appended(context)).isEqualTo(5);
        });
    }

    @Test
    void aLoadIsTaggedWithWhatWasRead() {
        application.run(context -> {
            StreamAppend append = deposits(4);
            store(context).append(append);
            store(context).readStream(StreamQuery.of(append.aggregateId()));

            Observation.Context load = observed("eventsource.load").get(0);
            assertThat(low(load))
                    .containsEntry("aggregate.type", "Account")
                    .containsEntry("snapshot", "false")
                    .containsEntry("db.operation", "SELECT");
            assertThat(keys(load))
                    .containsEntry("aggregate.id", append.aggregateId().toString())
                    .containsEntry("db.response.returned_rows", "4");
        });
    }

    @Test
    void aSnapshotIsObservedWhenItIsStoredAndALoadSaysThatItUsedIt() {
        application
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

                    assertThat(low(observed("eventsource.snapshot.store").get(0)))
                            .containsEntry("aggregate.type", "Account")
                            .containsEntry("outcome", "taken");
                    List<Observation.Context> loads = observed("eventsource.load");
                    assertThat(low(loads.get(loads.size() - 1))).containsEntry("snapshot", "true");
                });
    }

    @Test
    void aHandlerIsTaggedWithItsSubscriptionAndItsEvent() {
        application
                .withPropertyValues("eventsource.subscriptions.enabled=true")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> {
                    StreamAppend append = deposits(1);
                    store(context).append(append);

                    await().until(() -> observed("eventsource.handle").size() == 1);
                    Observation.Context handle = observed("eventsource.handle").get(0);
                    assertThat(handle.getContextualName()).isEqualTo("handle deposits");
                    assertThat(low(handle))
                            .containsEntry("subscription.name", "deposits")
                            .containsEntry("event.type", "deposited")
                            .containsEntry("aggregate.type", "Account")
                            .hasEntrySatisfying("subscription.state", state -> assertThat(state)
                                    .isIn("live", "catching_up"))
                            .doesNotContainKey("event.id");
                    assertThat(keys(handle))
                            .containsEntry("aggregate.id", append.aggregateId().toString())
                            .containsEntry("event.position", "1")
                            .containsEntry("messaging.operation.type", "process")
                            .containsKey("event.id");
                });
    }

    @Test
    void eachEventIsACallUnlessItsHandlerTakesBatches() {
        application
                .withPropertyValues("eventsource.subscriptions.enabled=true")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .withBean(Batches.class)
                .run(context -> {
                    store(context).append(deposits(5));

                    await().until(() -> observed("eventsource.handle").size() == 6);
                    assertThat(observed("eventsource.handle"))
                            .filteredOn(each -> "totals".equals(low(each).get("subscription.name")))
                            .singleElement()
                            .satisfies(
                                    each -> assertThat(keys(each)).containsEntry("messaging.batch.message_count", "5"));
                    assertThat(meters(context)
                                    .get("eventsource.handle.batch")
                                    .tag("subscription.name", "deposits")
                                    .summary()
                                    .totalAmount())
                            .isEqualTo(5);
                });
    }

    @Test
    void anInterceptorOfTheApplicationRunsInsideTheObservation() {
        List<String> around = new CopyOnWriteArrayList<>();
        application
                .withPropertyValues("eventsource.subscriptions.enabled=true")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> around.add("handle")))
                .withBean(HandlerInterceptor.class, () -> (handlers, events, call) -> {
                    around.add("before " + handlers.name());
                    call.run();
                    around.add("after " + observed("eventsource.handle").size());
                })
                .run(context -> {
                    store(context).append(deposits(1));

                    await().until(() -> observed("eventsource.handle").size() == 1);
                    assertThat(around).containsExactly("before deposits", "handle", "after 0");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "append, eventsource.append",
        "load, eventsource.load",
        "handle, eventsource.handle",
        "snapshot, eventsource.snapshot.store"
    })
    void eachComponentCanBeSwitchedOff(String component, String name) {
        application
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
                    await().untilAsserted(() -> assertThat(database.count(
                                    "SELECT coalesce(max(position), 0) FROM eventsource.projection_checkpoints"))
                            .isEqualTo(2));

                    List<String> others = new ArrayList<>(List.of(
                            "eventsource.append",
                            "eventsource.load",
                            "eventsource.handle",
                            "eventsource.snapshot.store"));
                    others.remove(name);
                    assertThat(observed)
                            .extracting(Observation.Context::getName)
                            .doesNotContain(name)
                            .contains(others.toArray(String[]::new));
                });
    }

    @Test
    void aConventionOfTheApplicationReplacesTheLibrarys() {
        application.withBean(OwnConvention.class).run(context -> {
            store(context).append(deposits(1));

            Observation.Context append = observed("deposits").get(0);
            assertThat(low(append)).containsEntry("bank", "ours").containsEntry("aggregate.type", "Account");
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

    @Test
    void whatAHandlerLogsCarriesItsEventAndNothingIsLeftBehind() {
        List<Map<String, String>> contexts = new CopyOnWriteArrayList<>();
        application
                .withPropertyValues("eventsource.subscriptions.enabled=true")
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> contexts.add(MDC.getCopyOfContextMap())))
                .run(context -> {
                    StreamAppend append =
                            deposits(1).withMetadata(EventMetadata.none().withCorrelationId("order-7"));
                    store(context).append(append);

                    await().until(() -> contexts.size() == 1);
                    assertThat(contexts.get(0))
                            .containsEntry("subscription.name", "deposits")
                            .containsEntry("event.type", "deposited")
                            .containsEntry("event.position", "1")
                            .containsEntry("aggregate.id", append.aggregateId().toString())
                            .containsEntry("aggregate.type", "Account")
                            .containsEntry("correlation.id", "order-7")
                            .containsKey("event.id");

                    store(context).append(deposits(1));
                    await().until(() -> contexts.size() == 2);
                    assertThat(contexts.get(1)).doesNotContainKey("correlation.id");
                });
    }

    @Test
    void theLogContextCanBeSwitchedOff() {
        List<Map<String, String>> contexts = new CopyOnWriteArrayList<>();
        application
                .withPropertyValues(
                        "eventsource.subscriptions.enabled=true", "eventsource.observations.log-context=false")
                .withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            Map<String, String> copy = MDC.getCopyOfContextMap();
                            contexts.add(copy == null ? Map.of() : copy);
                        }))
                .run(context -> {
                    store(context).append(deposits(1));

                    await().until(() -> contexts.size() == 1);
                    assertThat(contexts.get(0)).doesNotContainKey("event.id");
                });
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false", ", true"})
    void theTimersHaveHistogramsUnlessTheApplicationSaysOtherwise(@Nullable String said, boolean histogram) {
        application
                .withConfiguration(AutoConfigurations.of(PrometheusMetricsExportAutoConfiguration.class))
                .withPropertyValues(
                        said == null
                                ? "management.metrics.distribution.maximum-expected-value.all=5s"
                                : "management.metrics.distribution.percentiles-histogram.eventsource.append=" + said)
                .run(context -> {
                    store(context).append(deposits(1));

                    String scraped =
                            context.getBean(PrometheusMeterRegistry.class).scrape();
                    assertThat(scraped).contains("eventsource_append_seconds_count");
                    assertThat(scraped.contains("eventsource_append_seconds_bucket"))
                            .isEqualTo(histogram);
                });
    }

    @Test
    void groupCommitsAreMeasured() {
        application.run(context -> {
            store(context).append(deposits(3));

            assertThat(meters(context)
                            .get("eventsource.append.group.appends")
                            .summary()
                            .totalAmount())
                    .isEqualTo(1);
            assertThat(meters(context)
                            .get("eventsource.append.group.events")
                            .summary()
                            .totalAmount())
                    .isEqualTo(3);
        });
    }
}
