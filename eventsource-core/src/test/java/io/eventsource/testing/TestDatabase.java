package io.eventsource.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.event.EventCodec;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStoreSettings;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.time.Clocks;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A database of its own for a test class, with a pool. Closing it closes the pool and removes the database. */
public final class TestDatabase implements AutoCloseable {

    public static final EventSourceSchema SCHEMA = new EventSourceSchema("eventsource");

    /** The settings that an application has by default. */
    public static final EventStoreSettings SETTINGS =
            new EventStoreSettings(AppendTiming.DEFERRED, Duration.ofSeconds(10), true);

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "test_" + COUNT.incrementAndGet();
    private final int major;
    private final PostgresServer server;
    private final HikariDataSource pool;

    private final boolean ownServer;

    private TestDatabase(int major, PostgresServer server, boolean ownServer, String template) {
        this.major = major;
        this.server = server;
        this.ownServer = ownServer;
        server.administer("CREATE DATABASE %s TEMPLATE %s".formatted(name, template));
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.url(name));
        config.setMaximumPoolSize(60);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(10_000);
        this.pool = new HikariDataSource(config);
    }

    /** A database without the library's tables. */
    public static TestDatabase empty(int major) {
        return new TestDatabase(major, PostgresServer.ofMajorVersion(major), false, PostgresServer.EMPTY);
    }

    /** A database without the library's tables on a cluster of its own, whose transaction ids are young. */
    public static TestDatabase emptyOnFreshCluster(int major) {
        return new TestDatabase(major, PostgresServer.fresh(major, Map.of()), true, PostgresServer.EMPTY);
    }

    /** The same with settings of the server's own. */
    public static TestDatabase emptyOnFreshCluster(int major, Map<String, String> settings) {
        return new TestDatabase(major, PostgresServer.fresh(major, settings), true, PostgresServer.EMPTY);
    }

    /** A database with the library's tables. */
    public static TestDatabase migrated(int major) {
        PostgresServer server = PostgresServer.ofMajorVersion(major);
        return new TestDatabase(major, server, false, server.migrated());
    }

    public HikariDataSource dataSource() {
        return pool;
    }

    public JdbcTemplate jdbc() {
        return new JdbcTemplate(pool);
    }

    public PlatformTransactionManager transactionManager() {
        return new JdbcTransactionManager(pool);
    }

    public TransactionTemplate transaction() {
        return new TransactionTemplate(transactionManager());
    }

    public TransactionTemplate transaction(int isolation) {
        TransactionTemplate template = transaction();
        template.setIsolationLevel(isolation);
        return template;
    }

    /** A connection outside the pool, for transactions that hang and sessions that are ended. */
    public Connection connect() {
        try {
            return DriverManager.getConnection(server.url(name));
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** What runs statements on one connection. */
    public static JdbcTemplate on(Connection connection) {
        return new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }

    /** The test events of a data source of this database, by the clocks of the system. */
    public static EventDatabase events(DataSource dataSource) {
        return events(dataSource, TestEvents.codec());
    }

    public static EventDatabase events(DataSource dataSource, EventCodec codec) {
        return new EventDatabase(dataSource, SCHEMA, codec, Clocks.system());
    }

    public EventStore store() {
        return store(TestEvents.codec(), new LogSignal());
    }

    public static EventStore store(DataSource dataSource) {
        return store(
                dataSource,
                TestEvents.codec(),
                HighWaterMark.of(dataSource, SCHEMA, Clock.systemUTC()),
                new LogSignal());
    }

    public EventStore store(EventCodec codec, LogSignal signal) {
        return store(pool, codec, HighWaterMark.of(pool, SCHEMA, Clock.systemUTC()), signal);
    }

    public static EventStore store(DataSource dataSource, EventCodec codec, HighWaterMark mark, LogSignal signal) {
        return store(dataSource, codec, mark, signal, SETTINGS);
    }

    public static EventStore store(
            DataSource dataSource,
            EventCodec codec,
            HighWaterMark mark,
            LogSignal signal,
            EventStoreSettings settings) {
        return EventStore.postgres(
                events(dataSource, codec),
                mark,
                signal,
                settings,
                ForkJoinPool.commonPool(),
                EventStore.timeOrderedIds(Clock.systemUTC(), new SecureRandom()));
    }

    public int major() {
        return major;
    }

    public int port() {
        return server.port();
    }

    public String name() {
        return name;
    }

    /** A pool that reaches this database through another port of this machine. */
    public HikariDataSource throughPort(int port) {
        return smallPool(server.url(name).replace(":" + server.port() + "/", ":" + port + "/"));
    }

    public String url() {
        return server.url(name);
    }

    /** A pool whose URL has further options of the driver. */
    public HikariDataSource withOptions(String options) {
        return smallPool(server.url(name) + "&" + options);
    }

    /** A pool of sessions of another role, which must be allowed to log in. */
    public HikariDataSource dataSourceOf(String role) {
        return smallPool(server.url(name).replace("user=postgres", "user=" + role));
    }

    /** A pool whose sessions begin with a statement. */
    public HikariDataSource withSessions(String initialStatement) {
        HikariConfig config = new HikariConfig();
        config.setConnectionInitSql(initialStatement);
        return smallPool(config, server.url(name));
    }

    private static HikariDataSource smallPool(String url) {
        return smallPool(new HikariConfig(), url);
    }

    private static HikariDataSource smallPool(HikariConfig config, String url) {
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(5_000);
        return new HikariDataSource(config);
    }

    /** Kills one session's process, so that the server ends all others and starts again from its log. Only on a cluster of its own. */
    public void crashServer() {
        if (!ownServer) {
            throw new IllegalStateException("Others use this server");
        }
        try (Connection victim = connect()) {
            Long pid = on(victim).queryForObject("SELECT pg_backend_pid()", Long.class);
            ProcessHandle.of(java.util.Objects.requireNonNull(pid))
                    .orElseThrow()
                    .destroyForcibly();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Another database on the same server. */
    public TestDatabase neighbour() {
        return empty(major);
    }

    @Override
    public String toString() {
        return "PostgreSQL " + major;
    }

    @Override
    public void close() {
        pool.close();
        if (ownServer) {
            server.stop();
            return;
        }
        server.administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
        server.administer("DROP DATABASE " + name);
    }
}
