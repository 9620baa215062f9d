package io.eventsource.autoconfigure.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.autoconfigure.checks.Findings.UselessException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

@ExtendWith(OutputCaptureExtension.class)
class PropertyCheckTests {

    private final StandardEnvironment environment = new StandardEnvironment();

    PropertyCheckTests() {
        environment.getPropertySources().remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    private void check() {
        DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();
        new PropertyCheck(environment).postProcessBeanFactory(beanFactory);
    }

    private void property(String name, Object value) {
        environment.getPropertySources().addFirst(new MapPropertySource("test of " + name, Map.of(name, value)));
    }

    private void variable(String name) {
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("variables", new LinkedHashMap<>(Map.of(name, "1"))));
    }

    private void assertRefused(String... told) {
        assertThatExceptionOfType(UselessException.class)
                .isThrownBy(this::check)
                .withMessageContainingAll(told);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eventsource.schema",
                "eventsource.subscriptions.pollInterval",
                "eventsource.subscriptions.poll_interval",
                "eventsource.subscriptions.defaults.batch.max-in-flight",
                "eventsource.subscriptions.instance.include[0]",
                "eventsource.subscriptions.named.balances.batch.size",
                "eventsource.subscriptions.named[my.balances].filter.event-types[1]",
                "eventsource.errors.sql-states.40001",
                "eventsource.outbox.destinations.orders.events[0]",
                "eventsource.outbox.destinations.orders.events[0].type",
                "eventsource.outbox.kafka.max.request.size",
                "eventsource.inbox.feeds.bank.redis.timeout",
                "eventsource.snapshots.aggregates.Order.threshold",
                "eventsource.embedded-postgres.port",
                "eventsourcing.schema",
                "shop.eventsource.schema"
            })
    void what_exists_is_accepted(String name) {
        property(name, "1");

        check();
    }

    @Test
    void a_group_without_properties_is_accepted_as_yaml_has_it() {
        property("eventsource.subscriptions.named.balances", "");
        property("eventsource.pool", "");

        check();
    }

    @ParameterizedTest
    @CsvSource({
        "eventsource.shema, eventsource.schema",
        "eventsource.enable, eventsource.enabled",
        "eventsource.subscriptions.pollIntervall, eventsource.subscriptions.poll-interval",
        "eventsource.subscription.poll-interval, eventsource.subscriptions.poll-interval",
        "eventsource.max-retires, retry.max-retries",
        "eventsource.subscriptions.named.balances.batch.sise, eventsource.subscriptions.named.balances.batch.size",
        "eventsource.outbox.destinations.orders.topics, eventsource.outbox.destinations.orders.topic",
        "eventsource.outbox.destinations.orders.events[0].typ, eventsource.outbox.destinations.orders.events",
        "eventsource.inbox.feeds.bank.topic, eventsource.inbox.feeds.bank.topics"
    })
    void what_does_not_exist_is_named_with_what_may_be_meant(String name, String nearest) {
        property(name, "1");

        assertRefused("Do you mean", nearest);
    }

    @Test
    void a_value_below_a_property_that_has_one_is_refused() {
        property("eventsource.schema.name", "shop");

        assertRefused("eventsource.schema.name");
    }

    @Nested
    class Variables {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "EVENTSOURCE_SCHEMA",
                    "EVENTSOURCE_SUBSCRIPTIONS_POLLINTERVAL",
                    "EVENTSOURCE_SUBSCRIPTIONS_POLL_INTERVAL",
                    "EVENTSOURCE_SUBSCRIPTIONS_NAMED_BALANCES_BATCH_SIZE",
                    "EVENTSOURCE_SUBSCRIPTIONS_INSTANCE_INCLUDE_0_",
                    "EVENTSOURCE_SERVICE_HOST",
                    "EVENTSOURCE_SERVICE_PORT_HTTP",
                    "EVENTSOURCE_PORT_8080_TCP_ADDR",
                    "EVENTSOURCE_DB_PORT"
                })
        void of_properties_and_of_kubernetes_are_accepted(String name) {
            variable(name);

            check();
        }

        @Test
        void of_nothing_are_named_with_what_may_be_meant() {
            variable("EVENTSOURCE_POOL_SIZZE");

            assertRefused("EVENTSOURCE_POOL_SIZZE (an environment variable)", "EVENTSOURCE_POOL_SIZE");
        }
    }

    @Test
    void the_switch_makes_it_a_warning(CapturedOutput output) {
        property("eventsource.shema", "shop");
        property("eventsource.checks.unknown-properties", "warn");

        check();

        assertThat(output).contains("eventsource.shema").contains("Do you mean eventsource.schema?");
    }
}
