package io.eventsource.autoconfigure.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.Projection;
import io.eventsource.projection.ResetHandler;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Role;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** What an application can put around its handlers, and what must not come of it. */
public class HandlersInsideBatchIT {

    private static final int EVENTS = 40;

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, TaskExecutionAutoConfiguration.class));

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static void deposit(EventStore store) {
        for (int i = 0; i < EVENTS; i++) {
            store.append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(i)));
        }
    }

    /** Every second event fails. */
    @Projection("background")
    public static class InBackground {

        private final JdbcTemplate jdbc;

        InBackground(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Async
        @EventHandler
        public void on(Deposited deposited) {
            if (deposited.amount() % 2 == 1) {
                throw new IllegalStateException("odd");
            }
            jdbc.update("INSERT INTO amounts VALUES (?)", deposited.amount());
        }
    }

    @EnableAsync
    @Configuration(proxyBeanMethods = false)
    static class Asynchronous {}

    private void assertRefused(ApplicationContextRunner refused, String... told) {
        refused.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(InvalidDeclarationException.class)
                .hasMessageContainingAll(told));
    }

    @Test
    void an_asynchronous_handler_stops_the_application() {
        assertRefused(
                application.withUserConfiguration(Asynchronous.class).withBean(InBackground.class),
                "InBackground.on(",
                "is @Async, which runs it in another thread",
                "Remove @Async");
    }

    @Projection("amounts")
    public static class Amounts {

        private final JdbcTemplate jdbc;

        Amounts(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @EventHandler
        public void on(Deposited deposited) {
            jdbc.update("INSERT INTO amounts VALUES (?)", deposited.amount());
        }

        @ResetHandler
        public void reset() {
            jdbc.update("DELETE FROM amounts");
        }
    }

    /** Returns before the handler has run, until it is mended. */
    private record Offloading(AtomicBoolean mended, SimpleAsyncTaskExecutor executor) implements MethodInterceptor {

        @Override
        public Object invoke(MethodInvocation invocation) throws Throwable {
            if (mended.get()) {
                return invocation.proceed();
            }
            executor.execute(() -> {
                try {
                    invocation.proceed();
                } catch (HandlerOutsideBatchException refused) {
                    // nobody listens here, and the batch is told as well
                    LoggerFactory.getLogger(Offloading.class).debug("Not run", refused);
                } catch (Throwable failure) {
                    throw new IllegalStateException(failure);
                }
            });
            // nobody looks at the result of a method that has none
            return invocation;
        }
    }

    /** An aspect of the application's own, which nothing tells from any other before it is called. */
    @Configuration(proxyBeanMethods = false)
    static class OwnAspect {

        final AtomicBoolean mended = new AtomicBoolean();

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        Advisor offload() {
            return new DefaultPointcutAdvisor(
                    AnnotationMatchingPointcut.forMethodAnnotation(EventHandler.class),
                    new Offloading(mended, new SimpleAsyncTaskExecutor("offload-")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "true"})
    void no_event_is_lost_when_an_aspect_passes_handlers_on_to_another_thread(String virtualThreads) {
        database.jdbc().execute("CREATE TABLE amounts (amount bigint)");
        application
                .withUserConfiguration(OwnAspect.class)
                .withBean(Amounts.class)
                .withPropertyValues(
                        "spring.threads.virtual.enabled=" + virtualThreads,
                        "eventsource.subscriptions.defaults.retry.delay=5ms",
                        "eventsource.subscriptions.defaults.circuit-breaker.open-for=50ms")
                .run(context -> {
                    assertThat(AopUtils.isAopProxy(context.getBean(Amounts.class)))
                            .isTrue();
                    deposit(context.getBean(EventStore.class));
                    SubscriptionManager manager = context.getBean(SubscriptionManager.class);

                    await().untilAsserted(
                                    () -> assertThat(manager.status("amounts").map(SubscriptionStatus::lastFailure))
                                            .containsInstanceOf(HandlerOutsideBatchException.class));
                    assertThat(database.jdbc().queryForObject("SELECT count(*) FROM amounts", Integer.class))
                            .isZero();
                    assertThat(context.getBean(DeadLetterRepository.class)
                                    .statistics()
                                    .depth())
                            .isZero();

                    context.getBean(OwnAspect.class).mended.set(true);
                    await().untilAsserted(() -> assertThat(database.jdbc()
                                    .queryForList("SELECT amount FROM amounts ORDER BY 1", Integer.class))
                            .hasSize(EVENTS)
                            .doesNotHaveDuplicates());
                });
    }

    /** A second database: the primary manager is its own. */
    @Configuration(proxyBeanMethods = false)
    static class PrimaryManagerOfAnotherDatabase {

        @Bean
        @Primary
        PlatformTransactionManager other() {
            return new JdbcTransactionManager(new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/other"));
        }

        @Bean
        PlatformTransactionManager store(DataSource dataSource) {
            return new JdbcTransactionManager(dataSource);
        }
    }

    @Projection(value = "amounts", transactionManager = "store")
    public static class OfTheOther {

        @Transactional
        @EventHandler
        public void on(Deposited deposited) {}
    }

    @Projection(value = "amounts", transactionManager = "store")
    public static class NamingTheOther {

        @Transactional("other")
        @EventHandler
        public void on(Deposited deposited) {}
    }

    @Projection(value = "amounts", transactionManager = "store")
    public static class NamingTheRightOne {

        @Transactional("store")
        @EventHandler
        public void on(Deposited deposited) {}
    }

    @Test
    void a_transaction_of_another_database_at_a_handler_stops_the_application() {
        ApplicationContextRunner two = application.withUserConfiguration(PrimaryManagerOfAnotherDatabase.class);

        assertRefused(two.withBean(OfTheOther.class), "@Transactional at a handler", "'amounts'", "Name the manager");
        assertRefused(two.withBean(NamingTheOther.class), "@Transactional(\"other\")", "would not commit together");
        two.withBean(NamingTheRightOne.class).run(context -> assertThat(context).hasNotFailed());
    }

    @Configuration(proxyBeanMethods = false)
    static class Scoped {

        @Bean
        static CustomScopeConfigurer threads() {
            var configurer = new CustomScopeConfigurer();
            configurer.addScope("thread", new SimpleThreadScope());
            return configurer;
        }

        @Bean
        @Scope(value = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Amounts amounts(JdbcTemplate jdbc) {
            return new Amounts(jdbc);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Prototype {

        @Bean
        @Scope("prototype")
        Amounts amounts(JdbcTemplate jdbc) {
            return new Amounts(jdbc);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PrototypeByHand {

        @Bean
        @Scope("prototype")
        EventHandlers deposits() {
            return new Handlers("deposits", event -> {});
        }
    }

    @Test
    void a_projection_that_is_no_singleton_stops_the_application() {
        assertRefused(application.withUserConfiguration(Scoped.class), "'amounts'", "the scope 'thread'");
        assertRefused(application.withUserConfiguration(Prototype.class), "'amounts'", "the scope 'prototype'");
        assertRefused(application.withUserConfiguration(PrototypeByHand.class), "'deposits'", "the scope 'prototype'");
    }

    static class ByHand implements EventHandlers {

        @Override
        public String name() {
            return "by hand";
        }

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Async
        @Override
        public void handleAll(List<EventEnvelope<Object>> events) {}

        @Override
        public void handle(EventEnvelope<Object> event) {}
    }

    @Test
    void handlers_written_by_hand_that_are_asynchronous_stop_the_application() {
        assertRefused(
                application.withUserConfiguration(Asynchronous.class).withBean(EventHandlers.class, ByHand::new),
                "ByHand.handleAll(",
                "is @Async");
    }

    @Projection("jakarta")
    public static class OfJakarta {

        @jakarta.transaction.Transactional(jakarta.transaction.Transactional.TxType.REQUIRES_NEW)
        @EventHandler
        public void on(Deposited deposited) {}
    }

    @Test
    void a_jakarta_transaction_of_its_own_at_a_handler_stops_the_application() {
        assertRefused(application.withBean(OfJakarta.class), "OfJakarta.on(", "the propagation REQUIRES_NEW");
    }
}
