package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.aggregate.AggregateAutoConfiguration;
import io.eventsource.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.eventsource.autoconfigure.health.DeadLetterHealthAutoConfiguration;
import io.eventsource.autoconfigure.health.EventSourceHealthAutoConfiguration;
import io.eventsource.autoconfigure.metrics.EventSourceMetricsAutoConfiguration;
import io.eventsource.autoconfigure.notification.NotificationAutoConfiguration;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.autoconfigure.subscription.SubscriptionAutoConfiguration;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.jdbc.EventSourceDataSource;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.subscription.SubscriptionManager;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.IdGenerator;
import tools.jackson.databind.ObjectMapper;

/** When the starter configures something and when it does not. No database is needed: none of this opens a connection. */
class AutoConfigurationTests {

    private static final AutoConfigurations STARTER = AutoConfigurations.of(
            DataSourceTransactionManagerAutoConfiguration.class,
            EventStoreAutoConfiguration.class,
            AggregateAutoConfiguration.class,
            SubscriptionAutoConfiguration.class,
            DeadLetterAutoConfiguration.class,
            DeadLetterHealthAutoConfiguration.class,
            NotificationAutoConfiguration.class,
            EventSourceMetricsAutoConfiguration.class,
            EventSourceHealthAutoConfiguration.class);

    private final ApplicationContextRunner withoutDatabase = new ApplicationContextRunner().withConfiguration(STARTER);

    /** Subscriptions would look for the server. */
    private final ApplicationContextRunner application = withoutDatabase
            .withBean("dataSource", DataSource.class, AutoConfigurationTests::unusedDataSource)
            .withPropertyValues("eventsource.migration.enabled=false", "eventsource.subscriptions.enabled=false");

    private static DataSource unusedDataSource() {
        return new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/nowhere");
    }

    private static void assertThatNothingIsOurs(AssertableApplicationContext context) {
        assertThat(context).hasNotFailed();
        assertThat(Arrays.stream(context.getBeanDefinitionNames())
                        .map(context::getType)
                        .filter(type -> type != null && type.getName().startsWith("io.eventsource.")))
                .isEmpty();
    }

    @Nested
    class NothingIsConfigured {

        @Test
        void without_a_data_source() {
            withoutDatabase.run(AutoConfigurationTests::assertThatNothingIsOurs);
        }

        @ParameterizedTest
        @ValueSource(strings = {"false", "FALSE", "off", "no", "0"})
        void when_the_library_is_switched_off(String off) {
            application
                    .withPropertyValues("eventsource.enabled=" + off)
                    .run(AutoConfigurationTests::assertThatNothingIsOurs);
        }
    }

    @Test
    void several_data_sources_of_which_none_is_primary_stop_the_application() {
        application
                .withBean("other", DataSource.class, AutoConfigurationTests::unusedDataSource)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(EventSourceException.class)
                        .hasMessageContainingAll(
                                "[dataSource, other]", "@EventSourceDataSource", "eventsource.enabled=false"));
    }

    @Test
    void one_of_several_data_sources_may_be_marked_also_beside_a_primary_one() {
        DataSource events = unusedDataSource();
        application
                .withBean(
                        "other",
                        DataSource.class,
                        AutoConfigurationTests::unusedDataSource,
                        definition -> definition.setPrimary(true))
                .withBean("events", DataSource.class, () -> events, definition -> ((AbstractBeanDefinition) definition)
                        .addQualifier(new AutowireCandidateQualifier(EventSourceDataSource.class)))
                .run(context -> assertThat(context.getBean(EventDatabase.class).dataSource())
                        .isSameAs(events));
    }

    @Test
    void one_of_several_data_sources_may_be_primary() {
        application
                .withBean(
                        "other",
                        DataSource.class,
                        AutoConfigurationTests::unusedDataSource,
                        definition -> definition.setPrimary(true))
                .run(context -> assertThat(context).hasSingleBean(EventStore.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "off", "no"})
    void the_migrations_can_be_switched_off(String off) {
        application.withPropertyValues("eventsource.migration.enabled=" + off).run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean("eventSourceSchemaInitializer")
                .hasSingleBean(EventStore.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "off", "no"})
    void the_subscriptions_can_be_switched_off(String off) {
        application
                .withPropertyValues("eventsource.subscriptions.enabled=" + off)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(SubscriptionManager.class)
                        .doesNotHaveBean("subscriptionLifecycle")
                        .doesNotHaveBean(DeadLetterReplay.class)
                        .doesNotHaveBean("deadLetterLifecycle")
                        .hasSingleBean(DeadLetterRepository.class)
                        .hasSingleBean(EventStore.class));
    }

    @Test
    void subscriptions_without_a_transaction_manager_stop_the_application() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        EventStoreAutoConfiguration.class,
                        SubscriptionAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class))
                .withBean(DataSource.class, AutoConfigurationTests::unusedDataSource)
                .withPropertyValues("eventsource.migration.enabled=false")
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(EventSourceException.class)
                        .hasMessageContainingAll("needs the PlatformTransactionManager", "there are []"));
    }

    @Test
    void there_is_a_health_indicator_with_actuator() {
        application.run(context -> assertThat(context)
                .hasBean("eventsourceHealthIndicator")
                .hasBean("eventsourceDeadLettersHealthIndicator"));
    }

    @Test
    void there_is_no_health_indicator_without_actuator() {
        application
                .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(EventStore.class)
                        .doesNotHaveBean("eventsourceHealthIndicator")
                        .doesNotHaveBean("eventsourceDeadLettersHealthIndicator"));
    }

    @Test
    void no_bean_is_added_that_an_application_or_boot_makes_itself() {
        application.run(context -> assertThat(context)
                .hasSingleBean(EventStore.class)
                .doesNotHaveBean(ObjectMapper.class)
                .doesNotHaveBean(Executor.class)
                .doesNotHaveBean(Flyway.class)
                .doesNotHaveBean(Clock.class)
                .doesNotHaveBean(IdGenerator.class)
                .getBeanNames(DataSource.class)
                .containsExactly("dataSource"));
    }
}
