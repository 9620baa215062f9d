package io.eventsource.testing.process;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.PageBytes;
import io.eventsource.signal.DedicatedConnections;
import io.eventsource.signal.LogSignal;
import io.eventsource.signal.SignalRelay;
import io.eventsource.store.EventStore;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.StartPosition;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.testing.AccountTotals;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.process.InstanceOptions.ProjectionOptions;
import io.eventsource.time.Clocks;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** An application's parts as the starter puts them together, with one clock for all of them. */
public final class RunningInstance {

    private static final Logger log = LoggerFactory.getLogger(RunningInstance.class);

    private final HikariDataSource pool;
    private final SignalRelay relay;
    private final EventStore store;
    private final SubscriptionManager manager;
    private final Map<String, Turnstile> turnstiles;

    RunningInstance(InstanceOptions options, Consumer<Message> messages) {
        Clock clock = Clock.offset(Clock.systemUTC(), options.clockOffset());
        LogSignal signal = new LogSignal();
        this.pool = pool(options);
        HighWaterMark mark = HighWaterMark.of(pool, TestDatabase.SCHEMA, clock);
        this.store = EventStore.postgres(
                new EventDatabase(pool, TestDatabase.SCHEMA, TestEvents.codec(), Clocks.of(clock)),
                mark,
                signal,
                TestDatabase.SETTINGS,
                ForkJoinPool.commonPool(),
                EventStore.timeOrderedIds(clock, new SecureRandom()));
        this.relay = new SignalRelay(
                DedicatedConnections.by(pool.getJdbcUrl(), () -> named(options)),
                TestDatabase.SCHEMA,
                signal,
                new SignalRelay.Settings(true, Duration.ofMillis(5), Duration.ofSeconds(1)),
                options.id(),
                RunningInstance::daemon,
                clock);
        this.turnstiles = options.projections().stream()
                .collect(Collectors.toMap(
                        ProjectionOptions::name,
                        each -> new Turnstile(position -> messages.accept(new Message.Held(each.name(), position)))));
        this.manager = manager(options, mark, signal, clock);
    }

    private SubscriptionManager manager(InstanceOptions options, HighWaterMark mark, LogSignal signal, Clock clock) {
        JdbcTemplate jdbc = new JdbcTemplate(pool);
        AccountTotals totals = new AccountTotals(jdbc);
        JdbcTransactionManager transactions = new JdbcTransactionManager(pool);
        List<SubscriptionDefinition> definitions = options.projections().stream()
                .map(each -> new SubscriptionDefinition(
                        new ReadModelHandlers(each, options.name(), jdbc, totals, turnstile(each.name())),
                        settings(options),
                        transactions))
                .toList();
        return SubscriptionManager.builder(
                        new EventDatabase(pool, TestDatabase.SCHEMA, TestEvents.codec(), Clocks.of(clock)),
                        mark,
                        signal)
                .settings(new InstanceSettings(
                        options.id(),
                        options.name(),
                        options.pollInterval(),
                        options.leaseDuration(),
                        PageBytes.byHeap(),
                        null))
                .listener((name, from, to) -> log.info("{}: {} -> {}", name, from, to))
                .build(definitions);
    }

    private static SubscriptionSettings settings(InstanceOptions options) {
        return SubscriptionSettings.builder()
                .batchSize(options.batchSize())
                .linger(Duration.ofMillis(1))
                .processingTimeout(options.leaseDuration())
                .startFrom(new StartPosition.After(options.base()))
                .retry(new SubscriptionSettings.Retry(5, Duration.ofMillis(5), 2, Duration.ofMillis(200)))
                .segments(options.segments())
                .build();
    }

    private static HikariDataSource pool(InstanceOptions options) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(options.url());
        config.setMaximumPoolSize(8);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(2_000);
        config.setDataSourceProperties(named(options));
        return new HikariDataSource(config);
    }

    private static Properties named(InstanceOptions options) {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", options.name());
        return properties;
    }

    private static Thread daemon(Runnable body) {
        Thread thread = new Thread(body);
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        relay.start();
    }

    /** As an application ends that is asked to; returns whether it had the time that this takes. */
    boolean shutDown(Duration timeout) {
        boolean finished = manager.stop(timeout);
        finished &= relay.stop(timeout);
        pool.close();
        return finished;
    }

    public SubscriptionManager manager() {
        return manager;
    }

    public EventStore store() {
        return store;
    }

    Turnstile turnstile(String projection) {
        Turnstile turnstile = turnstiles.get(projection);
        if (turnstile == null) {
            throw new IllegalArgumentException(
                    "There is no projection '%s', only %s".formatted(projection, turnstiles.keySet()));
        }
        return turnstile;
    }
}
