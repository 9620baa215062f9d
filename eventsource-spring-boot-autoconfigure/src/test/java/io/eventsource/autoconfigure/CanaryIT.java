package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.autoconfigure.webapplication.WebApplication;
import io.eventsource.event.EventMetadata;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** A value that stands in an event, in a row and in what fails is nowhere but where the data are. */
class CanaryIT {

    private static final String CANARY = "canary4711";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final List<String> AT_DEBUG =
            List.of("io.eventsource", "com.zaxxer.hikari", "org.postgresql", "org.springframework.jdbc");

    private final TestDatabase database = TestDatabase.create();
    private final Recorder log = new Recorder();

    /** What gives the loggers their levels back: later classes of this JVM read INFO. */
    private final List<Runnable> levels = new ArrayList<>();

    private final AtomicReference<Quoting> quoting =
            new AtomicReference<>(failures().get(0));

    /** All that a log would hold. */
    private static final class Recorder extends AppenderBase<ILoggingEvent> {

        private final List<String> texts = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            texts.add("%s %s %s %s %s"
                    .formatted(
                            event.getLevel(),
                            event.getLoggerName(),
                            event.getFormattedMessage(),
                            event.getMDCPropertyMap(),
                            event.getThrowableProxy() == null
                                    ? ""
                                    : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
    }

    /**
     * A failure that quotes data.
     *
     * @param what its name
     * @param handler fails
     */
    private record Quoting(String what, Consumer<JdbcTemplate> handler) {

        @Override
        public String toString() {
            return what;
        }
    }

    private static List<Quoting> failures() {
        return List.of(
                new Quoting(
                        "a key that is there",
                        jdbc -> jdbc.update("INSERT INTO people (email, age) VALUES (?, 1)", CANARY)),
                new Quoting("a check", jdbc -> jdbc.update("INSERT INTO people VALUES (?, -1)", CANARY + "x")),
                new Quoting("a null", jdbc -> jdbc.update("INSERT INTO people VALUES (?, NULL)", CANARY + "y")),
                new Quoting(
                        "a number that is none",
                        jdbc -> jdbc.update("INSERT INTO people SELECT 'z', CAST(? AS integer)", CANARY)),
                new Quoting("a text that is too long", jdbc -> jdbc.update("INSERT INTO notes VALUES (?)", CANARY)),
                new Quoting("an exception of a procedure", jdbc -> jdbc.queryForList("SELECT refuse(?)", CANARY)),
                new Quoting("a parsed number", jdbc -> Integer.parseInt(CANARY)),
                new Quoting("an exception of the handler", jdbc -> {
                    throw new IllegalStateException("cannot serve " + CANARY, new RuntimeException(CANARY));
                }));
    }

    @AfterEach
    void cleanUp() {
        root().detachAppender(log);
        levels.forEach(Runnable::run);
        dataLogger().setLevel(null);
        database.close();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static Logger dataLogger() {
        return (Logger) LoggerFactory.getLogger("io.eventsource.data");
    }

    private ConfigurableApplicationContext start() {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(WebApplication.class)
                .web(WebApplicationType.SERVLET)
                .initializers(starting -> ((GenericApplicationContext) starting)
                        .registerBean(
                                "deposits",
                                EventHandlers.class,
                                () -> new Handlers("deposits", event -> Objects.requireNonNull(quoting.get())
                                        .handler()
                                        .accept(starting.getBean(JdbcTemplate.class)))))
                .run(Stream.concat(
                                Arrays.stream(database.properties()),
                                Stream.of(
                                        "server.port=0",
                                        "spring.flyway.enabled=false",
                                        "spring.liquibase.enabled=false",
                                        "spring.jpa.open-in-view=false",
                                        "spring.main.banner-mode=off",
                                        "eventsource.subscriptions.defaults.retry.max-retries=1",
                                        "eventsource.subscriptions.defaults.retry.delay=20ms",
                                        "management.endpoint.health.show-details=always",
                                        "management.endpoints.web.exposure.include=health,eventsource,metrics"))
                        .map(property -> "--" + property)
                        .toArray(String[]::new));
        root().addAppender(log);
        log.start();
        for (String name : AT_DEBUG) {
            Logger logger = (Logger) LoggerFactory.getLogger(name);
            Level before = logger.getLevel();
            levels.add(() -> logger.setLevel(before));
            logger.setLevel(Level.DEBUG);
        }
        return context;
    }

    private static List<String> answers(ConfigurableApplicationContext context) throws Exception {
        List<String> answers = new ArrayList<>();
        String port = context.getEnvironment().getProperty("local.server.port");
        for (String path : List.of(
                "health",
                "eventsource/subscriptions",
                "eventsource/subscriptions/deposits",
                "eventsource/dead-letters",
                "eventsource/dead-letters/1")) {
            URI uri = URI.create("http://127.0.0.1:%s/actuator/%s".formatted(port, path));
            answers.add(path + ": "
                    + CLIENT.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                            .body());
        }
        context.getBean(MeterRegistry.class).getMeters().forEach(meter -> answers.add(String.valueOf(meter.getId())));
        return answers;
    }

    private void tables(ConfigurableApplicationContext context) {
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        jdbc.execute("CREATE TABLE people (email text PRIMARY KEY, age integer NOT NULL CHECK (age > 0))");
        jdbc.execute("CREATE TABLE notes (note varchar(3))");
        jdbc.execute("CREATE FUNCTION refuse(what text) RETURNS integer LANGUAGE plpgsql AS"
                + " 'BEGIN RAISE EXCEPTION USING MESSAGE = what, DETAIL = what; END'");
        jdbc.update("INSERT INTO people VALUES (?, 1)", CANARY);
    }

    private void append(ConfigurableApplicationContext context) {
        context.getBean(EventStore.class)
                .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(471_147_114))
                        .withMetadata(EventMetadata.none().withHeader("customer", CANARY)));
    }

    private long parked(String part) {
        return log.texts.stream()
                .filter(each -> each.contains("parked it as dead letter " + part))
                .count();
    }

    @Test
    void no_log_answer_or_meter_quotes_data_unless_the_logger_of_data_permits_it() throws Exception {
        try (ConfigurableApplicationContext context = start()) {
            tables(context);
            List<String> seen = new ArrayList<>();
            for (Quoting each : failures()) {
                quoting.set(each);
                long before = parked("");
                append(context);
                await().until(() -> parked("") == before + 1);
                seen.addAll(answers(context));
            }
            seen.addAll(log.texts);

            assertThat(seen).noneMatch(each -> each.contains(CANARY) || each.contains("471147114"));
            assertThat(seen).noneMatch(each -> each.contains("[pause=") || each.contains("SubscriptionPause["));
            assertThat(context.getBean(JdbcTemplate.class)
                            .queryForList(
                                    "SELECT error_message || error_stacktrace FROM eventsource.dead_letter_queue",
                                    String.class))
                    .as("the queue holds the payload, and says all but the server's detail")
                    .anyMatch(each -> each.contains(CANARY));

            dataLogger().setLevel(Level.TRACE);
            long before = parked("");
            append(context);
            await().until(() -> parked("") == before + 1);

            assertThat(log.texts).anyMatch(each -> each.contains(CANARY));
            assertThat(answers(context)).noneMatch(each -> each.contains(CANARY));
        }
    }
}
