package io.eventsource.autoconfigure.pool;

import io.eventsource.autoconfigure.pool.PoolerCheck.PoolerMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Gives Boot's pool what {@code eventsource.pool} and {@code eventsource.ssl} say, as default properties under {@code spring.datasource.hikari}: these rank
 * last, so that whatever the application says there wins, wherever it says it. A pool that the application makes without these
 * properties is left alone.
 */
final class PoolDefaults implements EnvironmentPostProcessor, Ordered {

    private static final String HIKARI = "spring.datasource.hikari.";
    private static final String MINIMUM = HIKARI + "minimum-idle";
    private static final String MAXIMUM = HIKARI + "maximum-pool-size";
    private static final String DRIVER = HIKARI + "data-source-properties.";

    /** By name: loading the class needs HikariCP, which an application may do without. */
    private static final String EVICTION = "io.eventsource.jdbc.DemotedServerEviction";

    /** After the application's own configuration files have been read. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Binder binder = Binder.get(environment);
        if (!isTrue(binder, "eventsource.enabled")) {
            return;
        }
        Map<String, Object> defaults = new LinkedHashMap<>();
        if (isTrue(binder, "eventsource.pool.enabled")) {
            PoolProperties pool = binder.bindOrCreate("eventsource.pool", PoolProperties.class);
            defaults.putAll(defaults(pool, environment.getProperty("spring.application.name", "eventsource")));
            defaults.putAll(ofSessions(pool, isSet(binder, "eventsource.pool.session.statement-timeout")));
        }
        if (isSet(binder, DatabaseTls.PROPERTY)) {
            defaults.put(DRIVER + "sslfactory", TlsSocketFactory.class.getName());
        }
        // the two belong together: a minimum of ours may be beyond a maximum of the application's
        if (isSet(binder, MINIMUM) || isSet(binder, MAXIMUM)) {
            defaults.keySet().removeAll(Set.of(MINIMUM, MAXIMUM));
        }
        defaults.keySet().removeIf(property -> isSet(binder, property));
        DefaultPropertiesPropertySource.addOrMerge(defaults, environment.getPropertySources());
    }

    private static boolean isTrue(Binder binder, String property) {
        return binder.bind(property, Boolean.class).orElse(true);
    }

    private static boolean isSet(Binder binder, String property) {
        return binder.bind(ConfigurationPropertyName.adapt(property, '.'), Bindable.of(String.class))
                .isBound();
    }

    private static Map<String, Object> defaults(PoolProperties pool, String application) {
        Map<String, Object> defaults = new LinkedHashMap<>();
        defaults.put(MINIMUM, pool.minimum());
        defaults.put(MAXIMUM, pool.maximum());
        defaults.put(HIKARI + "connection-timeout", pool.connection().timeout().toMillis());
        defaults.put(HIKARI + "max-lifetime", pool.connection().maxLifetime().toMillis());
        defaults.put(HIKARI + "idle-timeout", pool.connection().idleTimeout().toMillis());
        String named = pool.session().applicationName();
        defaults.put(DRIVER + "ApplicationName", named == null ? application : named);
        defaults.put(HIKARI + "exception-override-class-name", EVICTION);
        // the server's detail is the row that was refused, and would stand in each message and log
        defaults.put(DRIVER + "logServerErrorDetail", false);
        return defaults;
    }

    /** What is set once for a session, as far as whoever has it next does not find it there. */
    private static Map<String, Object> ofSessions(PoolProperties pool, boolean timeoutWanted) {
        Map<String, Object> defaults = new LinkedHashMap<>();
        PoolerMode pooler = pool.pooler();
        Duration timeout = pool.session().statementTimeout();
        if (!timeout.isZero() && (pooler == PoolerMode.NONE || timeoutWanted)) {
            // at the start of the session: a SET afterwards would outlive it behind a pooler
            defaults.put(DRIVER + "options", "-c statement_timeout=" + timeout.toMillis());
        }
        if (!pooler.sharesSessions()) {
            defaults.put(HIKARI + "transaction-isolation", "TRANSACTION_READ_COMMITTED");
        }
        if (pooler == PoolerMode.TRANSACTION) {
            defaults.put(DRIVER + "prepareThreshold", 0);
        }
        return defaults;
    }
}
