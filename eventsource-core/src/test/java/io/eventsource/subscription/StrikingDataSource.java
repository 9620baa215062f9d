package io.eventsource.subscription;

import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Counts what one thread sends to the database, statements and ends of transactions, and at one of them ends the server's process of that
 * connection, or does what else a plan says.
 */
final class StrikingDataSource extends DelegatingDataSource {

    /** When the process is ended. */
    enum Blow {
        /** The statement never arrives. */
        BEFORE,
        /** The answer arrives, and the connection is dead from then on. */
        AFTER,
        /** The statement takes effect, and nobody learns of it. */
        ANSWER_LOST
    }

    private final JdbcTemplate elsewhere;
    private volatile @Nullable Plan plan;

    StrikingDataSource(DataSource target, JdbcTemplate elsewhere) {
        super(target);
        this.elsewhere = elsewhere;
    }

    /** Which thread is struck, when, and what is done then. */
    static final class Plan {

        private final String thread;
        private final int boundary;
        private final @Nullable Blow blow;
        private final Runnable then;
        private final AtomicInteger seen = new AtomicInteger();

        Plan(String thread, int boundary, Blow blow, Runnable then) {
            this.thread = thread;
            this.boundary = boundary;
            this.blow = blow;
            this.then = then;
        }

        private Plan(String thread, int boundary, Runnable instead) {
            this.thread = thread;
            this.boundary = boundary;
            this.blow = null;
            this.then = instead;
        }

        /** Does something right before a statement, and nothing to the connection. */
        static Plan before(String thread, int boundary, Runnable action) {
            return new Plan(thread, boundary, action);
        }

        boolean struck() {
            return seen.get() >= boundary;
        }

        private boolean due() {
            return Thread.currentThread().getName().equals(thread) && seen.incrementAndGet() == boundary;
        }
    }

    void follow(Plan newPlan) {
        plan = newPlan;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit") || method.getName().equals("rollback")) {
                        return boundary(connection, connection, method, arguments);
                    }
                    Object result = invoke(connection, method, arguments);
                    return result instanceof Statement statement
                            ? counted(connection, statement, method.getReturnType())
                            : result;
                });
    }

    private Object counted(Connection connection, Statement statement, Class<?> type) {
        Class<?> exposed = type == PreparedStatement.class ? PreparedStatement.class : Statement.class;
        return Proxy.newProxyInstance(
                Statement.class.getClassLoader(),
                new Class<?>[] {exposed},
                (proxy, method, arguments) -> method.getName().startsWith("execute")
                        ? boundary(connection, statement, method, arguments)
                        : invoke(statement, method, arguments));
    }

    private @Nullable Object boundary(
            Connection connection, Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        Plan current = plan;
        if (current == null || !current.due()) {
            return invoke(target, method, arguments);
        }
        if (current.blow == null) {
            current.then.run();
            return invoke(target, method, arguments);
        }
        int process = connection.unwrap(PGConnection.class).getBackendPID();
        if (current.blow == Blow.BEFORE) {
            end(process);
            current.then.run();
            return invoke(target, method, arguments);
        }
        Object result = invoke(target, method, arguments);
        end(process);
        current.then.run();
        if (current.blow == Blow.ANSWER_LOST) {
            throw new SQLException("The answer is lost", "08006");
        }
        return result;
    }

    private void end(int process) {
        elsewhere.queryForList("SELECT pg_terminate_backend(?)", process);
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(() -> elsewhere
                .queryForList("SELECT pid FROM pg_stat_activity WHERE pid = ?", process)
                .isEmpty());
    }

    private static @Nullable Object invoke(Object target, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getTargetException();
        }
    }
}
