package io.eventsource.autoconfigure.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.Upcaster;
import io.eventsource.event.Upcaster.InvalidUpcasterException;
import io.eventsource.evolution.EventStoreVerification;
import io.eventsource.evolution.EventSurvey;
import io.eventsource.log.HighWaterMark;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.subscription.SubscriptionManager;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class SchemaEvolutionIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application =
            Runners.on(database).withConfiguration(AutoConfigurations.of(SchemaEvolutionAutoConfiguration.class));
    private final UUID account = UUID.randomUUID();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    /** A store in which each of so many events is of the named type. */
    private void history(int count, String type) {
        application
                .withPropertyValues("eventsource.schema-evolution.report=off")
                .run(context -> context.getBean(EventStore.class)
                        .append(StreamAppend.to("Account", account, new Deposited(1))));
        database.jdbc()
                .update(
                        """
                        INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version,
                                                        event_type, revision, bucket, "timestamp", payload)
                        SELECT gen_random_uuid(), gen_random_uuid(), ?, 'Account', i + 1, ?, 1, 0, now(), '{"sum": 7}'
                          FROM generate_series(1, ?) AS i""",
                        account,
                        type,
                        count);
    }

    /** One event of a type that nobody knows, deep within so many that a sample passes over most of them. */
    private void hiddenHistory() {
        history(60_000, "deposited");
        database.jdbc()
                .update(
                        """
                        INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version,
                                                        event_type, revision, bucket, "timestamp", payload)
                        SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Account', 1,
                               CASE i WHEN 75000 THEN 'hidden' ELSE 'deposited' END, 1, 0, now(),
                               jsonb_build_object('amount', 1, 'text', repeat('x', 100))
                          FROM generate_series(1, 150000) AS i""");
    }

    @Test
    void upcaster_beans_take_part() {
        history(1, "saved");
        application
                .withBean(Upcaster.class, () -> Upcaster.from("saved", 1)
                        .renameField("sum", "amount")
                        .toType("deposited", 1))
                .run(context -> assertThat(context.getBean(EventStore.class).readStream(StreamQuery.of(account)))
                        .extracting(EventEnvelope::payload)
                        .containsExactly(new Deposited(1), new Deposited(7)));
    }

    @Test
    void an_upcaster_that_leads_nowhere_stops_the_application() {
        application
                .withBean(Upcaster.class, () -> Upcaster.from("saved", 1).toNextRevision())
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidUpcasterException.class)
                        .hasMessageContaining("'saved' revision 2"));
    }

    @Test
    void by_default_one_warning_lists_what_cannot_be_read(CapturedOutput output) {
        history(3, "nobodys");
        application.run(context -> await().untilAsserted(() -> assertThat(
                        output.getOut().lines())
                .filteredOn(line -> line.contains("WARN") && line.contains("'nobodys' revision 1 3 times"))
                .hasSize(1)
                .first()
                .asString()
                .contains("all 4 events")));
    }

    @Test
    void a_store_that_can_be_read_gives_no_warning(CapturedOutput output) {
        application.run(context -> await().untilAsserted(() ->
                assertThat(output).contains("Every stored type and revision that was found can be read")));
        assertThat(output.getOut().lines()).noneMatch(line -> line.contains("WARN") && line.contains("SchemaReport"));
    }

    @ParameterizedTest
    @CsvSource({"sampled, estimated from about, false", "full, '210,001 events were counted', true"})
    void the_scope_says_how_much_is_looked_at(String scope, String basis, boolean certain, CapturedOutput output) {
        hiddenHistory();
        application
                .withPropertyValues("eventsource.schema-evolution.report=" + scope)
                .run(context -> await().untilAsserted(() -> assertThat(output).contains(basis)));
        if (certain) {
            assertThat(output).contains("'hidden' revision 1 1 times");
        }
    }

    @Test
    void switched_off_it_looks_at_nothing(CapturedOutput output) {
        history(3, "nobodys");
        application
                .withPropertyValues("eventsource.schema-evolution.report=off")
                .run(context -> {
                    assertThat(context).hasSingleBean(EventSurvey.class);
                    assertThat(Thread.getAllStackTraces().keySet())
                            .noneMatch(thread -> thread.getName().equals("eventsource-schema-report"));
                });
        assertThat(output).doesNotContain("nobodys").doesNotContain("can be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deposited", "nobodys"})
    void verifying_ends_with_one_when_a_payload_or_a_type_cannot_be_read(String type, CapturedOutput output) {
        history(3, type);
        AtomicInteger exit = new AtomicInteger(-1);
        application.withPropertyValues("eventsource.verify=true").run(context -> {
            assertThat(context).doesNotHaveBean(SubscriptionManager.class).doesNotHaveBean(SchemaReport.class);
            verify(context.getSourceApplicationContext(ConfigurableApplicationContext.class), exit);
            assertThat(context.getSourceApplicationContext().isActive()).isFalse();
        });
        assertThat(exit).hasValue(1);
        assertThat(output).contains("'%s' revision 1: 3 events cannot be read".formatted(type));
        assertThat(output).contains("up to position 4").contains("3 cannot be read");
    }

    @Test
    void verifying_ends_with_zero_when_all_can_be_read(CapturedOutput output) {
        application.run(context ->
                context.getBean(EventStore.class).append(StreamAppend.to("Account", account, new Deposited(1))));
        AtomicInteger exit = new AtomicInteger(-1);
        application
                .withPropertyValues("eventsource.verify=true")
                .run(context ->
                        verify(context.getSourceApplicationContext(ConfigurableApplicationContext.class), exit));
        assertThat(exit).hasValue(0);
        assertThat(output).contains("'deposited' revision 1: 1 events").contains("all can be read");
    }

    private static void verify(ConfigurableApplicationContext context, AtomicInteger exit) {
        assertThat(context.getBeansOfType(VerificationRunner.class)).hasSize(1);
        new VerificationRunner(
                        context.getBean(EventStoreVerification.class),
                        context.getBean(HighWaterMark.class),
                        context,
                        exit::set)
                .run(new DefaultApplicationArguments());
    }
}
