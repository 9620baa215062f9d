package io.eventsource.autoconfigure.aot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.AccountApplication;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.aggregate.AggregateAutoConfiguration;
import io.eventsource.autoconfigure.aggregate.SnapshotAutoConfiguration;
import io.eventsource.autoconfigure.checks.CheckAutoConfiguration;
import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.evolution.SchemaEvolutionAutoConfiguration;
import io.eventsource.autoconfigure.notification.NotificationAutoConfiguration;
import io.eventsource.autoconfigure.pool.PoolAutoConfiguration;
import io.eventsource.autoconfigure.scan.AnnotatedClassScanner;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventType;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Driver;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.aot.AotDetector;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.util.ClassUtils;

/** An application whose beans are worked out when it is built: generated, compiled, started and used. */
class AheadOfTimeIT {

    /** Made known to the class loader that a test is forked into. */
    private final Object driver = BeanUtils.instantiateClass(
            ClassUtils.resolveClassName("org.postgresql.Driver", AheadOfTimeIT.class.getClassLoader()));

    private final TestDatabase database = TestDatabase.create();
    private final TestGenerationContext generation = new TestGenerationContext();

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        EventStoreAutoConfiguration.class,
        SnapshotAutoConfiguration.class,
        AggregateAutoConfiguration.class,
        SubscriptionAutoConfiguration.class,
        DeadLetterAutoConfiguration.class,
        NotificationAutoConfiguration.class,
        CheckAutoConfiguration.class,
        PoolAutoConfiguration.class,
        SchemaEvolutionAutoConfiguration.class
    })
    static class Starter {

        @Bean
        Total total() {
            return new Total();
        }
    }

    @Projection("total")
    static class Total {

        private final AtomicLong amount = new AtomicLong();

        @EventHandler
        void on(Deposited deposited) {
            amount.addAndGet(deposited.amount());
        }

        long amount() {
            return amount.get();
        }
    }

    private void generate() {
        assertThat(driver).isInstanceOf(Driver.class);
        AnnotationConfigApplicationContext built = new AnnotationConfigApplicationContext();
        built.register(AccountApplication.class, Starter.class);
        TestPropertyValues.of(database.properties()).applyTo(built);
        new ApplicationContextAotGenerator().processAheadOfTime(built, generation);
        generation.writeGeneratedContent();
    }

    @Test
    @CompileWithForkedClassLoader
    void starts_from_generated_code_and_works() {
        generate();
        TestCompiler.forSystem().with(generation).compile(compiled -> {
            GenericApplicationContext started = new GenericApplicationContext();
            started.setClassLoader(compiled.getClassLoader());
            TestPropertyValues.of(database.properties()).applyTo(started);
            @SuppressWarnings("unchecked")
            ApplicationContextInitializer<GenericApplicationContext> initializer =
                    compiled.getInstance(ApplicationContextInitializer.class);
            initializer.initialize(started);
            TestPropertyValues.of(AotDetector.AOT_ENABLED + "=true").applyToSystemProperties(() -> {
                use(started);
                return null;
            });
        });
    }

    private static void use(GenericApplicationContext started) {
        try (started) {
            started.refresh();
            AggregateRepository<Account> accounts = started.getBeanProvider(
                            new ParameterizedTypeReference<AggregateRepository<Account>>() {})
                    .getObject();
            Account account = accounts.create(UUID.randomUUID());
            account.deposit(7);
            accounts.save(account);

            assertThat(accounts.load(account.id()).state()).isEqualTo(7);
            await().untilAsserted(() ->
                    assertThat(started.getBean(Total.class).amount()).isEqualTo(7));
        }
    }

    @Test
    void lists_the_classes_that_a_native_image_cannot_scan_for() {
        generate();

        assertThat(generated(AnnotatedClassScanner.listed(EventType.class))).contains(Deposited.class.getName());
        assertThat(generated(AnnotatedClassScanner.listed(AggregateType.class))).contains(Account.class.getName());
    }

    private String generated(String path) {
        try {
            return new String(
                    Objects.requireNonNull(generation.getGeneratedFiles().getGeneratedFile(Kind.RESOURCE, path))
                            .getInputStream()
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void has_what_is_reached_by_reflection_kept() throws Exception {
        generate();
        RuntimeHints hints = generation.getRuntimeHints();

        assertThat(RuntimeHintsPredicates.reflection()
                        .onConstructorInvocation(Deposited.class.getDeclaredConstructor(long.class)))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Deposited.class.getDeclaredMethod("amount")))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection()
                        .onConstructorInvocation(Account.class.getDeclaredConstructor(UUID.class)))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection()
                        .onMethodInvocation(Total.class.getDeclaredMethod("on", Deposited.class)))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.resource().forResource("db/migration/eventsource/ES1__streams.pgsql"))
                .accepts(hints);
    }
}
