package io.eventsource.schema;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Connections on which Flyway changes no setting beyond its transaction. Flyway sets the search path and the role of its session and
 * sets them back when it is done. A pooler in transaction mode gives each transaction a session of the server that others use
 * too: there both settings stay, and tables of the application are created in the library's schema.
 *
 * <ol>
 *   <li>The two statements by which Flyway does this are sent as settings that end with their transaction.
 *   <li>Outside of a transaction such a setting has no effect. The library's migrations name every schema and need neither.
 *   <li>Everything else is sent as it is: Flyway's lock is one of a transaction by default.
 * </ol>
 */
final class TransactionLocalSettings extends DelegatingDataSource {

    private static final String SEARCH_PATH_OF_SESSION = "SELECT set_config('search_path', ?, false)";
    private static final String SEARCH_PATH_OF_TRANSACTION = "SELECT pg_catalog.set_config('search_path', ?, true)";

    private static final Pattern ROLE_OF_SESSION = Pattern.compile("SET ROLE ('.*')", Pattern.DOTALL);
    private static final String ROLE_OF_TRANSACTION = "SELECT pg_catalog.set_config('role', $1, true)";

    TransactionLocalSettings(DataSource target) {
        super(target);
    }

    @Override
    public Connection getConnection() throws SQLException {
        return local(super.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return local(super.getConnection(username, password));
    }

    private static Connection local(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                TransactionLocalSettings.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new Rewriting(connection));
    }

    /** The statement with the setting ending with its transaction, or the statement itself. */
    static String local(String sql) {
        if (sql.equals(SEARCH_PATH_OF_SESSION)) {
            return SEARCH_PATH_OF_TRANSACTION;
        }
        Matcher role = ROLE_OF_SESSION.matcher(sql);
        return role.matches() ? role.replaceFirst(ROLE_OF_TRANSACTION) : sql;
    }

    private record Rewriting(Connection connection) implements InvocationHandler {

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("prepareStatement") && arguments[0] instanceof String sql) {
                arguments[0] = local(sql);
            }
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException failure) {
                throw failure.getCause();
            }
        }
    }
}
