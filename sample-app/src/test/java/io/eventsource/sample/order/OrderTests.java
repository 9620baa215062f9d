package io.eventsource.sample.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.sample.order.OrderEvent.OrderCancelled;
import io.eventsource.sample.order.OrderEvent.OrderCreated;
import io.eventsource.sample.order.OrderEvent.OrderLineAdded;
import io.eventsource.sample.order.OrderEvent.OrderShipped;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OrderTests {

    private static final OrderLine KETTLE = new OrderLine("kettle", 1, new BigDecimal("49.9"));
    private static final OrderLine BEANS = new OrderLine("beans", 3, new BigDecimal("12.50"));

    private final Order order = new Order(UUID.randomUUID());

    @Nested
    class Creating {

        @Test
        void raises_one_event_with_the_lines() {
            order.create("ada", List.of(KETTLE));

            assertThat(order.uncommittedEvents()).containsExactly(new OrderCreated("ada", List.of(KETTLE)));
            assertThat(order.state().customerId()).isEqualTo("ada");
            assertThat(order.state().status()).isEqualTo(OrderStatus.OPEN);
        }

        @Test
        void is_refused_the_second_time() {
            order.create("ada", List.of());

            assertRefused(() -> order.create("ada", List.of()), "exists already");
        }

        @Test
        void is_refused_with_too_many_lines() {
            assertRefused(() -> order.create("ada", Collections.nCopies(Order.MAX_LINES + 1, BEANS)), "at most 1000");
        }
    }

    @Nested
    class AddingALine {

        @Test
        void raises_the_total() {
            order.create("ada", List.of(KETTLE));

            order.addLine(BEANS);

            assertThat(order.uncommittedEvents()).last().isEqualTo(new OrderLineAdded(BEANS));
            assertThat(order.state().total()).isEqualTo(new BigDecimal("87.40"));
        }

        @Test
        void is_refused_when_the_order_is_full() {
            order.create("ada", Collections.nCopies(Order.MAX_LINES, BEANS));

            assertRefused(() -> order.addLine(KETTLE), "at most 1000");
        }

        @Test
        void is_refused_once_shipped() {
            order.create("ada", List.of(KETTLE));
            order.ship("T1");

            assertRefused(() -> order.addLine(BEANS), "shipped: nothing can be added");
        }
    }

    @Nested
    class Shipping {

        @Test
        void keeps_the_tracking_number() {
            order.create("ada", List.of(KETTLE));

            order.ship("T1");

            assertThat(order.uncommittedEvents()).last().isEqualTo(new OrderShipped("T1"));
            assertThat(order.state().status()).isEqualTo(OrderStatus.SHIPPED);
            assertThat(order.state().trackingNumber()).isEqualTo("T1");
        }

        @Test
        void is_refused_without_lines() {
            order.create("ada", List.of());

            assertRefused(() -> order.ship("T1"), "nothing to ship");
        }

        @Test
        void is_refused_once_cancelled() {
            order.create("ada", List.of(KETTLE));
            order.cancel("changed my mind");

            assertRefused(() -> order.ship("T1"), "cancelled: it cannot be shipped");
        }
    }

    @Nested
    class Cancelling {

        @Test
        void keeps_the_reason() {
            order.create("ada", List.of());

            order.cancel("changed my mind");

            assertThat(order.uncommittedEvents()).last().isEqualTo(new OrderCancelled("changed my mind"));
            assertThat(order.state().status()).isEqualTo(OrderStatus.CANCELLED);
            assertThat(order.state().cancellationReason()).isEqualTo("changed my mind");
        }

        @Test
        void is_refused_once_shipped() {
            order.create("ada", List.of(KETTLE));
            order.ship("T1");

            assertRefused(() -> order.cancel("too late"), "shipped: it cannot be cancelled");
        }
    }

    @Test
    void a_refused_command_raises_nothing() {
        order.create("ada", List.of());

        assertRefused(() -> order.ship("T1"), "no lines");

        assertThat(order.uncommittedEvents()).hasSize(1);
    }

    private void assertRefused(Runnable command, String reason) {
        assertThatExceptionOfType(IllegalOrderTransitionException.class)
                .isThrownBy(command::run)
                .withMessageContaining(reason)
                .satisfies(refused -> assertThat(refused.orderId()).isEqualTo(order.id()));
    }
}
