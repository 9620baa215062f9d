package io.eventsource.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.sample.order.Order;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.jdbc.core.JdbcTemplate;

/** The store is verified from the command line. */
class VerifyIT {

    @TempDir
    private Path folder;

    @Test
    void the_exit_code_says_whether_every_event_can_be_read() throws Exception {
        inTheService(VerifyIT::createAnOrder);
        Path good = folder.resolve("good.log");
        assertThat(verify(good)).as(() -> text(good)).isZero();
        assertThat(text(good)).contains("Verified 1 events up to position 1").contains("all can be read");

        inTheService(
                context -> context.getBean(JdbcTemplate.class)
                        .update(
                                """
                        INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version, event_type,
                                                        revision, bucket, "timestamp", payload)
                        VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Order', 1, 'order.refunded', 1, 0, now(),
                                '{}')"""));
        Path bad = folder.resolve("bad.log");
        assertThat(verify(bad)).as(() -> text(bad)).isOne();
        assertThat(text(bad))
                .contains("'order.refunded' revision 1: 1 events cannot be read (UnknownEventTypeException)");
    }

    private int verify(Path log) throws Exception {
        return ServiceProcess.runToItsEnd(log, arguments("--eventsource.verify=true"));
    }

    private String[] arguments(String... more) {
        return Stream.concat(
                        Stream.of(ServiceProcess.arguments(folder, 0)),
                        Stream.concat(Stream.of("--spring.main.web-application-type=none"), Stream.of(more)))
                .toArray(String[]::new);
    }

    private void inTheService(Consumer<ConfigurableApplicationContext> action) {
        try (ConfigurableApplicationContext context =
                new SpringApplicationBuilder(SampleApplication.class).run(arguments())) {
            action.accept(context);
        }
    }

    private static void createAnOrder(ConfigurableApplicationContext context) {
        AggregateRepository<Order> orders = context.<AggregateRepository<Order>>getBeanProvider(
                        ResolvableType.forClassWithGenerics(AggregateRepository.class, Order.class))
                .getObject();
        Order order = orders.create(UUID.randomUUID());
        order.create("ada", List.of());
        orders.save(order);
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
