package io.eventsource.benchmarks.outbox;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.benchmarks.Database;
import io.eventsource.benchmarks.OrderLineAdded;
import io.eventsource.benchmarks.outbox.OutboxContender.Application;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A Spring Boot application that writes a row, and publishes in the same transaction. */
final class RivalApplication implements Application {

    /** What the application writes on its own account. */
    static final String TABLE =
            """
            CREATE TABLE IF NOT EXISTS lines (
                stream text NOT NULL, number integer NOT NULL, payload jsonb NOT NULL, PRIMARY KEY (stream, number))""";

    private static final String INSERT = "INSERT INTO lines (stream, number, payload) VALUES (?, ?, ?::jsonb)";

    private final ConfigurableApplicationContext context;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final Consumer<LineSold> publish;
    private final Runnable resume;

    private RivalApplication(ConfigurableApplicationContext context, Consumer<LineSold> publish, Runnable resume) {
        this.context = context;
        this.jdbc = context.getBean(JdbcTemplate.class);
        this.transactions = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        this.publish = publish;
        this.resume = resume;
    }

    /** Publishes by one of the application's beans. */
    interface Publishing {

        void publish(ConfigurableApplicationContext context, LineSold event);

        default void resume(ConfigurableApplicationContext context) {}
    }

    /**
     * Starts one.
     *
     * @param database where it writes
     * @param configuration its configuration
     * @param receiver a bean for its listener
     * @param properties its properties
     * @param publishing how it publishes
     */
    static RivalApplication start(
            Database database,
            Class<?> configuration,
            Received receiver,
            Map<String, String> properties,
            Publishing publishing) {
        HikariDataSource pool = database.dataSource();
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.datasource.url=" + pool.getJdbcUrl(),
                "--spring.datasource.username=" + pool.getUsername(),
                "--spring.datasource.password=" + pool.getPassword(),
                "--spring.datasource.hikari.maximum-pool-size=" + pool.getMaximumPoolSize(),
                "--eventsource.enabled=false",
                "--logging.level.root=WARN",
                "--spring.main.banner-mode=off"));
        properties.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        ConfigurableApplicationContext context = new SpringApplicationBuilder(configuration)
                .web(WebApplicationType.NONE)
                .initializers(starting -> starting.getBeanFactory().registerSingleton("received", receiver))
                .run(arguments.toArray(String[]::new));
        return new RivalApplication(
                context, event -> publishing.publish(context, event), () -> publishing.resume(context));
    }

    /** Told the stream of each event that leaves. */
    interface Received extends Consumer<String> {}

    @Override
    public void write(String stream, int number) {
        transactions.executeWithoutResult(status -> {
            jdbc.update(INSERT, stream, number, OrderLineAdded.JSON);
            publish.accept(new LineSold(stream, number, OrderLineAdded.of(number)));
        });
    }

    /** Writes many in one transaction. */
    void writeAll(List<LineSold> events) {
        transactions.executeWithoutResult(status -> events.forEach(publish));
    }

    @Override
    public void resume() {
        resume.run();
    }

    @Override
    public void close() {
        context.close();
    }
}
