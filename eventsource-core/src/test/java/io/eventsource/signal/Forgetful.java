package io.eventsource.signal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;

/** Connections on which LISTEN has no effect. */
final class Forgetful {

    private Forgetful() {}

    static Connection of(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Forgetful.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(connection, arguments);
                        return result instanceof Statement statement
                                        && method.getName().equals("createStatement")
                                ? deaf(statement)
                                : result;
                    } catch (InvocationTargetException failure) {
                        throw failure.getTargetException();
                    }
                });
    }

    private static Statement deaf(Statement statement) {
        return (Statement) Proxy.newProxyInstance(
                Forgetful.class.getClassLoader(), new Class<?>[] {Statement.class}, (proxy, method, arguments) -> {
                    if (arguments != null && String.valueOf(arguments[0]).startsWith("LISTEN")) {
                        return false;
                    }
                    try {
                        return method.invoke(statement, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getTargetException();
                    }
                });
    }
}
