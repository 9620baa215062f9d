package io.eventsource.autoconfigure.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.EventSourceException;
import io.eventsource.InvalidDeclarationException;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.Projection;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

class ProjectionBeansIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application = Runners.on(database);

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    /** Without a transaction around it, it has no business there. */
    @Projection("total")
    static class Total {

        private final AtomicLong total = new AtomicLong();

        @EventHandler
        void on(Deposited deposited) {
            total.addAndGet(deposited.amount());
        }

        public long total() {
            return total.get();
        }
    }

    @Projection("proxied")
    static class Proxied {

        private final AtomicLong total = new AtomicLong();

        @Transactional
        @EventHandler
        public void on(Deposited deposited) {
            total.addAndGet(deposited.amount());
        }

        public long total() {
            return total.get();
        }
    }

    static class Nameless {

        @EventHandler
        void on(Deposited deposited) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedProjection {

        @Bean
        @Scope(value = "singleton", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Proxied proxied() {
            return new Proxied();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoTransactionManagers {

        @Bean
        PlatformTransactionManager first(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        PlatformTransactionManager second(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OnePrimaryTransactionManager {

        @Bean
        @Primary
        PlatformTransactionManager first(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        PlatformTransactionManager second(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }
    }

    private static void deposit(EventStore store, long amount) {
        store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(amount)));
    }

    @Test
    void a_bean_with_handlers_is_driven_through_the_log() {
        application.withBean(Total.class).run(context -> {
            deposit(context.getBean(EventStore.class), 3);
            deposit(context.getBean(EventStore.class), 4);

            await().untilAsserted(() ->
                    assertThat(context.getBean(Total.class).total()).isEqualTo(7));
        });
    }

    @Test
    void a_handler_behind_a_class_proxy_is_called_through_it() {
        application
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
                .withBean(Proxied.class)
                .run(context -> {
                    assertThat(AopUtils.isCglibProxy(context.getBean(Proxied.class)))
                            .isTrue();

                    deposit(context.getBean(EventStore.class), 3);

                    await().untilAsserted(() ->
                            assertThat(context.getBean(Proxied.class).total()).isEqualTo(3));
                });
    }

    @Test
    void a_bean_behind_a_scoped_proxy_is_one_projection() {
        application.withUserConfiguration(ScopedProjection.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(SubscriptionManager.class).names()).containsExactly("proxied");
        });
    }

    @Test
    void a_bean_with_handlers_and_no_name_stops_the_application() {
        application.withBean(Nameless.class).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(InvalidDeclarationException.class)
                .hasMessageContainingAll(Nameless.class.getName(), "@Projection"));
    }

    @Test
    void two_projections_of_one_name_stop_the_application() {
        application
                .withBean(Total.class)
                .withBean(EventHandlers.class, () -> new Handlers("total", event -> {}))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(EventSourceException.class)
                        .hasMessageContaining("Two projections have the name 'total'"));
    }

    @Test
    void several_transaction_managers_stop_the_application() {
        application
                .withUserConfiguration(TwoTransactionManagers.class)
                .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(EventSourceException.class)
                        .hasMessageContainingAll("needs the PlatformTransactionManager", "there are [", "@Primary"));
    }

    @Test
    void of_several_transaction_managers_the_primary_one_is_taken() {
        application
                .withUserConfiguration(OnePrimaryTransactionManager.class)
                .withBean(Total.class)
                .run(context -> {
                    deposit(context.getBean(EventStore.class), 3);

                    await().untilAsserted(() ->
                            assertThat(context.getBean(Total.class).total()).isEqualTo(3));
                });
    }
}
