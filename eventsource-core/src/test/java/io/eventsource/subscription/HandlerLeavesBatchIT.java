package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.projection.MethodEventHandlers;
import io.eventsource.projection.Projection;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Deposited;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A handler whose effects would not commit with its batch moves no checkpoint past an event without a trace. */
@OnEachPostgres
class HandlerLeavesBatchIT extends SubscriptionFixture {

    private final ExecutorService elsewhere = Executors.newSingleThreadExecutor();

    HandlerLeavesBatchIT(TestDatabase database) {
        super(database);
    }

    @AfterEach
    void end() {
        elsewhere.shutdownNow();
    }

    private interface Act {
        void on(Connection connection) throws SQLException;
    }

    private void onConnection(Act act) {
        Boolean unused = jdbc.execute((ConnectionCallback<Boolean>) connection -> {
            act.on(connection);
            return true;
        });
    }

    /** Of ten events in one batch, the fourth does it. */
    private String parkedAfter(Runnable act) {
        List<Long> positions =
                IntStream.range(0, 10).mapToObj(number -> deposit(1).get(0)).toList();
        long culprit = positions.get(3);
        RecordingHandlers handlers = handlers().then(event -> {
            if (event.position() == culprit) {
                act.run();
            }
        });
        SubscriptionManager manager = manager(settings(100, LONG), handlers);
        manager.start();
        awaitLive(manager, name, positions.get(9));

        List<Long> others = new ArrayList<>(positions);
        others.remove(culprit);
        // what was committed by force may be there twice
        assertThat(handlers.effects()).containsAll(others);
        return jdbc.queryForList(
                        "SELECT error_type || ' ' || error_message || ' ' || error_category FROM eventsource.dead_letter_queue WHERE projection_name = ? AND position = ?",
                        String.class,
                        name,
                        culprit)
                .get(0);
    }

    private static final String[] ENDED = {
        HandlerOutsideBatchException.class.getName(),
        "committed or rolled back the batch's transaction on the connection itself",
        "Remove commit, rollback and setAutoCommit",
        "PERMANENT"
    };

    @Test
    void an_event_whose_handler_rolls_back_on_the_connection_is_parked() {
        assertThat(parkedAfter(() -> onConnection(Connection::rollback))).contains(ENDED);
    }

    @Test
    void an_event_whose_handler_rolls_back_and_goes_on_writing_is_parked() {
        assertThat(parkedAfter(() -> onConnection(connection -> {
                    connection.rollback();
                    try (var statement = connection.createStatement()) {
                        statement.execute("SELECT 1");
                    }
                })))
                .contains(ENDED);
    }

    @Test
    void an_event_whose_handler_commits_by_a_statement_is_parked() {
        assertThat(parkedAfter(() -> jdbc.execute("COMMIT; BEGIN"))).contains(ENDED);
    }

    @Test
    void an_event_whose_handler_switches_auto_commit_on_is_parked() {
        assertThat(parkedAfter(() -> onConnection(connection -> connection.setAutoCommit(true))))
                .contains(HandlerOutsideBatchException.class.getName(), "switched auto-commit on");
    }

    @Test
    void an_event_whose_handler_dooms_the_transaction_and_says_nothing_is_parked() {
        assertThat(parkedAfter(() -> new TransactionTemplate(database.transactionManager())
                        .executeWithoutResult(status -> status.setRollbackOnly())))
                .contains(HandlerOutsideBatchException.class.getName(), "is marked for rollback", "APPLICATION");
    }

    @Test
    void an_event_whose_handler_leaves_a_scope_without_transaction_open_is_parked() {
        assertThat(parkedAfter(() -> {
                    var unused = database.transactionManager()
                            .getTransaction(
                                    new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NOT_SUPPORTED));
                }))
                .contains(HandlerOutsideBatchException.class.getName(), "began another transaction and left it open");
    }

    @Test
    void a_savepoint_and_a_transaction_of_its_own_within_the_handler_are_its_own_business() {
        List<Long> positions = deposit(3);
        TransactionTemplate nested = new TransactionTemplate(database.transactionManager());
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        TransactionTemplate own = new TransactionTemplate(database.transactionManager());
        own.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        RecordingHandlers handlers = handlers().then(event -> {
            nested.executeWithoutResult(status -> status.setRollbackOnly());
            own.executeWithoutResult(status -> jdbc.execute("SELECT 1"));
        });
        SubscriptionManager manager = manager(settings(10, LONG), handlers);
        manager.start();

        awaitLive(manager, name, positions.get(2));
        assertThat(handlers.effects()).containsExactlyElementsOf(positions);
    }

    @Projection("replaced by the test")
    public static class Proxied {

        private final JdbcTemplate jdbc;
        private final String name;

        Proxied(JdbcTemplate jdbc, String name) {
            this.jdbc = jdbc;
            this.name = name;
        }

        @EventHandler
        public void on(Deposited deposited, EventEnvelope<Deposited> event) {
            jdbc.update(
                    "INSERT INTO effects VALUES (?, ?, ?, ?)",
                    name,
                    event.position(),
                    event.aggregateId(),
                    event.version());
        }
    }

    private static EventHandlers named(String name, EventHandlers handlers) {
        return new EventHandlers.Decorator(handlers) {
            @Override
            public String name() {
                return name;
            }
        };
    }

    private void assertStopsWithoutEffectUntil(AtomicBoolean mended, EventHandlers handlers, String... told) {
        RecordingHandlers table = handlers();
        List<Long> positions = deposit(5);
        SubscriptionManager manager = manager(settings(100, LONG), handlers);
        manager.start();

        eventually().untilAsserted(() -> {
            assertThat(statusOf(manager, name).failures()).isGreaterThan(2);
            assertThat(statusOf(manager, name).lastFailure())
                    .isInstanceOf(HandlerOutsideBatchException.class)
                    .hasMessageContainingAll(told);
        });
        assertThat(checkpoint()).isEqualTo(base);
        assertThat(table.effects()).isEmpty();
        assertThat(jdbc.queryForList("SELECT FROM eventsource.dead_letter_queue WHERE projection_name = ?", name))
                .isEmpty();

        mended.set(true);
        awaitLive(manager, name, positions.get(4));
        assertThat(table.effects()).containsExactlyElementsOf(positions);
    }

    @Test
    void a_subscription_whose_handler_is_passed_on_to_another_thread_waits_and_loses_nothing() {
        AtomicBoolean mended = new AtomicBoolean();
        ProxyFactory factory = new ProxyFactory(new Proxied(jdbc, name));
        factory.setProxyTargetClass(true);
        factory.addAdvice((org.aopalliance.intercept.MethodInterceptor) invocation -> {
            if (mended.get()) {
                return invocation.proceed();
            }
            elsewhere.execute(() -> proceed(invocation));
            return null;
        });

        assertStopsWithoutEffectUntil(
                mended,
                named(name, MethodEventHandlers.of(factory.getProxy(), TestEvents.registry())),
                "passed the call on to another thread");
    }

    private static void proceed(org.aopalliance.intercept.MethodInvocation invocation) {
        try {
            assertThat(invocation.proceed()).isNull();
        } catch (HandlerOutsideBatchException refused) {
            // the batch is told as well
            LoggerFactory.getLogger(HandlerLeavesBatchIT.class).debug("Not run", refused);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void a_subscription_whose_handler_gets_a_transaction_of_its_own_waits_and_loses_nothing() {
        AtomicBoolean mended = new AtomicBoolean();
        TransactionTemplate own = new TransactionTemplate(database.transactionManager());
        own.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        ProxyFactory factory = new ProxyFactory(new Proxied(jdbc, name));
        factory.setProxyTargetClass(true);
        factory.addAdvice((org.aopalliance.intercept.MethodInterceptor) invocation -> {
            if (mended.get()) {
                return invocation.proceed();
            }
            own.executeWithoutResult(status -> proceed(invocation));
            return null;
        });

        assertStopsWithoutEffectUntil(
                mended,
                named(name, MethodEventHandlers.of(factory.getProxy(), TestEvents.registry())),
                "was called in the transaction 'without a name'");
    }

    @Test
    void a_subscription_whose_interceptor_calls_in_another_thread_waits_and_loses_nothing() {
        AtomicBoolean mended = new AtomicBoolean();
        HandlerInterceptor interceptor = (handlers, events, call) -> {
            if (mended.get()) {
                call.run();
            } else {
                elsewhere.execute(() -> refusedRun(call));
            }
        };
        EventHandlers method = MethodEventHandlers.of(new Proxied(jdbc, name), TestEvents.registry());

        assertStopsWithoutEffectUntil(
                mended,
                HandlerInterceptor.intercept(named(name, method), List.of(interceptor)),
                "returned without having called the handler of '" + name + "' in its thread");
    }

    private static void refusedRun(Runnable call) {
        assertThatExceptionOfType(HandlerOutsideBatchException.class).isThrownBy(call::run);
    }
}
