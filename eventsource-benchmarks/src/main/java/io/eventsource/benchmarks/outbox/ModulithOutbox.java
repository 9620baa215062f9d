package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Database;
import io.eventsource.benchmarks.Tally;
import io.eventsource.benchmarks.outbox.RivalApplication.Publishing;
import io.eventsource.benchmarks.outbox.RivalApplication.Received;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.modulith.events.IncompleteEventPublications;

/** Spring Modulith's event publication registry on JDBC, with its defaults. */
record ModulithOutbox(Database database) implements OutboxContender {

    private static final String EMPTY = "TRUNCATE event_publication, lines";

    /** As the registry writes them, from one of its own: the same but for the stream and the number. */
    private static final String BACKLOG =
            """
            INSERT INTO event_publication (id, listener_id, event_type, serialized_event, publication_date, status, completion_attempts)
            SELECT gen_random_uuid(), p.listener_id, p.event_type,
                   regexp_replace(regexp_replace(p.serialized_event, '"stream":"[^"]*"', '"stream":"' || (i / 10) || '"'),
                                  '"number":[0-9]+', '"number":' || i % 10 + 1),
                   p.publication_date, 'PUBLISHED', 0
              FROM (SELECT * FROM event_publication LIMIT 1) AS p CROSS JOIN generate_series(0, ? - 1) AS i""";

    static ModulithOutbox in(Database database) {
        database.jdbc().execute(RivalApplication.TABLE);
        return new ModulithOutbox(database);
    }

    /** Without anybody who listens. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Silent {}

    /** With a listener. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Listening {

        @Bean
        Listener listener(Received received) {
            return new Listener(received);
        }
    }

    /** What an application writes. */
    static class Listener {

        private final Received received;

        Listener(Received received) {
            this.received = received;
        }

        @ApplicationModuleListener
        void on(LineSold event) {
            received.accept(event.stream());
        }
    }

    private record ByEvents(boolean published) implements Publishing {

        @Override
        public void publish(ConfigurableApplicationContext context, LineSold event) {
            if (published) {
                context.publishEvent(event);
            }
        }

        @Override
        public void resume(ConfigurableApplicationContext context) {
            context.getBean(IncompleteEventPublications.class).resubmitIncompletePublications(publication -> true);
        }
    }

    @Override
    public String name() {
        return "Spring Modulith";
    }

    @Override
    public void reset() {
        start(null).close();
        database.jdbc().execute(EMPTY);
    }

    @Override
    public void backlog(int events) {
        Tally one = new Tally();
        try (Application application = start(stream -> one.add(1))) {
            application.write("template", 1);
            one.await(1);
        }
        database.jdbc().update(BACKLOG, events);
        database.jdbc().update("DELETE FROM event_publication WHERE completion_date IS NOT NULL");
        database.settle("event_publication");
    }

    @Override
    public Application start(@Nullable Consumer<String> receiver) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("spring.modulith.events.jdbc.schema-initialization.enabled", "true");
        properties.put("spring.autoconfigure.exclude", NamastackOutbox.AUTO_CONFIGURATIONS);
        return RivalApplication.start(
                database,
                receiver == null ? Silent.class : Listening.class,
                receiver == null ? stream -> {} : receiver::accept,
                properties,
                new ByEvents(receiver != null));
    }
}
