package io.eventsource.brokers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.embedded.EmbeddedPostgresServer;
import io.eventsource.embedded.EmbeddedPostgresSettings;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.schema.SchemaMigrator;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.time.Clocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** The database of a receiving service: the inbox, and a table into which a handler writes what has taken effect. */
public final class InboxDatabase implements AutoCloseable {

    public static final EventSourceSchema SCHEMA = new EventSourceSchema("eventsource");

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final HikariDataSource pool;
    private final JdbcTemplate jdbc;

    /** What the messages of these tests carry. */
    @EventType("counted")
    public record Counted(int number) {}

    private static final class Server {

        static final EmbeddedPostgresServer INSTANCE = EmbeddedPostgresServer.start(new EmbeddedPostgresSettings(
                folder(),
                0,
                "postgres",
                Duration.ofSeconds(60),
                false,
                EmbeddedPostgresSettings.sharedBinariesDirectory()));

        private static Path folder() {
            try {
                return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "postgres-")
                        .resolve("server");
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    private InboxDatabase(String url, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(0);
        pool = new HikariDataSource(config);
        jdbc = new JdbcTemplate(pool);
    }

    public static InboxDatabase create() {
        String name = "inbox_" + COUNT.incrementAndGet();
        administer("CREATE DATABASE " + name + " TEMPLATE " + Template.NAME);
        return open(name);
    }

    /** A database with all tables, of which the others are copies: copying takes less time than the migrations. */
    private static final class Template {

        private static final String NAME = make();

        private static String make() {
            String name = "inbox_template";
            administer("CREATE DATABASE " + name);
            try (InboxDatabase template = open(name)) {
                new SchemaMigrator(template.pool, SCHEMA).migrate();
                template.jdbc.execute("CREATE TABLE effects (id bigserial PRIMARY KEY, subject text, number integer)");
            }
            return name;
        }
    }

    private static void administer(String statement) {
        EmbeddedPostgresServer server = Server.INSTANCE;
        new JdbcTemplate(new DriverManagerDataSource(server.jdbcUrl(), server.username(), server.password()))
                .execute(statement);
    }

    private static InboxDatabase open(String name) {
        EmbeddedPostgresServer server = Server.INSTANCE;
        return new InboxDatabase(
                server.jdbcUrl().replaceFirst("/postgres(?=$|\\?)", "/" + name), server.username(), server.password());
    }

    /** The same database from another process. */
    public static InboxDatabase existing(String url, String user, String password) {
        return new InboxDatabase(url, user, password);
    }

    public List<String> address() {
        return List.of(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword());
    }

    public DataSource dataSource() {
        return pool;
    }

    public JdbcTemplate jdbc() {
        return jdbc;
    }

    public static OutgoingMessage message(String topic, String key, int number) {
        return new OutgoingMessage(
                topic,
                key,
                new MessageAttributes(
                        topic + "/" + key + "/" + number,
                        "/orders",
                        "counted",
                        key,
                        Instant.parse("2026-01-01T00:00:00Z")),
                MessageContent.json("{\"number\": %d}".formatted(number)),
                Map.of("aggregatetype", "counter", "aggregateversion", Integer.toString(number + 1)),
                number);
    }

    /** Numbers from 0 for each of some keys, mixed. */
    public static List<OutgoingMessage> messages(String topic, int keys, int perKey) {
        return IntStream.range(0, keys * perKey)
                .mapToObj(i -> message(topic, "key-" + i % keys, i / keys))
                .toList();
    }

    /** Writes one row for each event, after something else that may fail. */
    private record Counting(String name, JdbcTemplate jdbc, Consumer<EventEnvelope<Object>> before)
            implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of("counted");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            before.accept(event);
            jdbc.update(
                    "INSERT INTO effects (subject, number) VALUES (?, ?)",
                    event.aggregateId().toString(),
                    ((Counted) event.payload()).number());
        }
    }

    private InboxConsumer consumer(
            String name,
            @Nullable Integer maxRetries,
            DeadLetterReplay.Target.Bounds bounds,
            Consumer<EventEnvelope<Object>> before) {
        return new InboxConsumer(
                new DeadLetterReplay.Target(new Counting(name, jdbc, before), new JdbcTransactionManager(pool), bounds),
                new EventDatabase(pool, SCHEMA, codec(), Clocks.system()),
                ErrorHandling.defaults(),
                quick(maxRetries));
    }

    public InboxConsumer consumer(String name, Consumer<EventEnvelope<Object>> before) {
        return consumer(name, null, DeadLetterReplay.Target.Bounds.NONE, before);
    }

    /** One that puts aside what fails twice, and whose handlers may take a second. */
    public InboxConsumer parkingConsumer(String name, Consumer<EventEnvelope<Object>> before) {
        return consumer(name, 1, SubscriptionManager.bounds(name, Duration.ofSeconds(1), pool, Thread::new), before);
    }

    public DeadLetterRepository letters() {
        return DeadLetterRepository.postgres(pool, SCHEMA);
    }

    public DeadLetterReplay replay(InboxConsumer consumer) {
        return new DeadLetterReplay(
                List.of(consumer.replayTarget()),
                new EventDatabase(pool, SCHEMA, codec(), Clocks.system()),
                ErrorClassifier.standard(),
                new DeadLetterReplay.Settings(1_000, AutomaticRetry.OFF));
    }

    private static EventCodec codec() {
        return new EventCodec(EventRegistry.of(Counted.class), PayloadSerializer.json());
    }

    /** Small batches and short pauses. */
    private static InboxConsumer.Settings quick(@Nullable Integer maxRetries) {
        return new InboxConsumer.Settings(
                10, Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofDays(14), 10, maxRetries);
    }

    public long effects() {
        return Objects.requireNonNull(jdbc.queryForObject("SELECT count(*) FROM effects", Long.class));
    }

    /** Subjects whose numbers are not 0, 1, 2, … in the order in which they took effect, each once. */
    public List<String> disorder() {
        return jdbc.queryForList(
                """
                SELECT subject FROM (
                  SELECT subject, number, row_number() OVER (PARTITION BY subject ORDER BY id) - 1 AS expected FROM effects
                ) AS e WHERE number <> expected""",
                String.class);
    }

    public boolean someoneWaitsForALock() {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                """
                SELECT EXISTS (SELECT FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock')""",
                Boolean.class));
    }

    @Override
    public void close() {
        pool.close();
    }
}
