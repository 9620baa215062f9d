package io.eventsource.autoconfigure.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.payload.EventJsonCustomizer;
import io.eventsource.payload.UnprovenTypeException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;

/** What an application adds to the JSON of its events, and what it does not. */
@ExtendWith(OutputCaptureExtension.class)
class EventJsonIT {

    /** As a library has it: neither getters nor a constructor that Jackson sees. */
    static final class Money {

        private final BigDecimal amount;
        private final String currency;

        Money(BigDecimal amount, String currency, boolean checked) {
            this.amount = amount;
            this.currency = currency;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Money money && money.toString().equals(toString());
        }

        @Override
        public int hashCode() {
            return toString().hashCode();
        }

        @Override
        public String toString() {
            return amount.toPlainString() + " " + currency;
        }
    }

    @EventType("invoiced")
    record Invoiced(Money money, Instant at) {}

    private static final class Writer extends ValueSerializer<Money> {

        @Override
        public void serialize(Money money, JsonGenerator generator, SerializationContext context) {
            generator.writeString(money.toString());
        }
    }

    private static final class Reader extends ValueDeserializer<Money> {

        @Override
        public Money deserialize(JsonParser parser, DeserializationContext context) {
            String[] parts = parser.getString().split(" ", 2);
            return new Money(new BigDecimal(parts[0]), parts[1], true);
        }
    }

    private static SimpleModule module() {
        return new SimpleModule("money")
                .addSerializer(Money.class, new Writer())
                .addDeserializer(Money.class, new Reader());
    }

    @Configuration(proxyBeanMethods = false)
    static class Events {

        @Bean
        EventRegistry registry() {
            return EventRegistry.of(Invoiced.class);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ForHttp {

        @Bean
        JacksonModule moneyForHttp() {
            return module();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ForEvents {

        private final List<String> order = new ArrayList<>();

        @Bean
        List<String> order() {
            return order;
        }

        @Bean
        @Order(2)
        EventJsonCustomizer second() {
            return builder -> order.add("second");
        }

        @Bean
        @Order(1)
        EventJsonCustomizer first() {
            return builder -> {
                order.add("first");
                builder.addModule(module());
            };
        }
    }

    private final TestDatabase database = TestDatabase.create();
    private final ApplicationContextRunner application = Runners.plain()
            .withPropertyValues(database.properties())
            .withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
            .withUserConfiguration(Events.class);

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    @Test
    void modules_are_added_to_the_librarys_settings_by_customizers_in_their_order(CapturedOutput output) {
        application.withUserConfiguration(ForEvents.class, ForHttp.class).run(context -> {
            EventCodec codec = context.getBean(EventCodec.class);
            Invoiced event = new Invoiced(new Money(new BigDecimal("1.10"), "EUR", true), Instant.EPOCH);
            assertThat(codec.encode(event).json())
                    .isEqualTo("{\"money\":\"1.10 EUR\",\"at\":\"1970-01-01T00:00:00Z\"}");
            assertThat(codec.proof().copy(event)).isEqualTo(event);
            assertThat(context.getBean("order")).isEqualTo(List.of("first", "second"));
        });
        assertThat(output).doesNotContain("are for HTTP and not for events");
    }

    @Test
    void a_module_that_is_a_bean_is_not_for_events_and_the_start_says_so(CapturedOutput output) {
        application.withUserConfiguration(ForHttp.class).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(UnprovenTypeException.class)
                .hasMessageContaining(Invoiced.class.getName() + ", money"));
        assertThat(output).contains("The Jackson modules [moneyForHttp] are for HTTP and not for events");
    }
}
