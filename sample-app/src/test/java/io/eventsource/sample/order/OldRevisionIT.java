package io.eventsource.sample.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.sample.SampleTest;
import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.web.servlet.client.RestTestClient;

/** An order that was shipped when the event still had its first revision. */
@SampleTest
class OldRevisionIT {

    @Autowired
    private AggregateRepository<Order> orders;

    @Autowired
    private JdbcTemplate jdbc;

    @Autowired
    private RestTestClient client;

    @Test
    void is_read_by_the_upcaster_and_stays_in_the_store_as_it_is() {
        UUID id = orderShippedLongAgo();

        OrderState state = orders.load(id).state();
        assertThat(state.status()).isEqualTo(OrderStatus.SHIPPED);
        assertThat(state.trackingNumber()).isEqualTo("T1");
        client.get()
                .uri("/orders/" + id + "/history")
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .jsonPath("$[1].payload.trackingNumber")
                .isEqualTo("T1")
                .jsonPath("$[1].revision")
                .isEqualTo(2);
        await().untilAsserted(() -> assertThat(
                        jdbc.queryForList("SELECT status FROM order_summaries WHERE order_id = ?", String.class, id))
                .containsExactly("SHIPPED"));
        assertThat(jdbc.queryForList(
                        "SELECT payload ->> 'parcel' FROM eventsource.events WHERE aggregate_id = ? AND revision = 1 AND version = 2",
                        String.class,
                        id))
                .containsExactly("T1");
    }

    /** As the first version of this application stored it. */
    private UUID orderShippedLongAgo() {
        Order order = orders.create(UUID.randomUUID());
        order.create("ada", List.of(new OrderLine("kettle", 1, new BigDecimal("49.90"))));
        orders.save(order);
        jdbc.update(
                """
                WITH stream AS (
                    UPDATE eventsource.event_streams SET version = 2 WHERE aggregate_id = ? RETURNING aggregate_id, aggregate_type
                )
                INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version, event_type, revision,
                                                bucket, "timestamp", payload)
                SELECT gen_random_uuid(), gen_random_uuid(), aggregate_id, aggregate_type, 2, 'order.shipped', 1, 0, now(),
                       '{"parcel": "T1"}'
                  FROM stream""",
                order.id());
        return order.id();
    }
}
