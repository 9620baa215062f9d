package io.eventsource.sample.voucher;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.sample.SampleTest;
import io.eventsource.sample.order.Order;
import io.eventsource.sample.order.OrderLine;
import io.eventsource.store.SnapshotRepository;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

@SampleTest
class VoucherHttpIT {

    @Autowired
    private RestTestClient client;

    @Autowired
    private AggregateRepository<Order> orders;

    @Autowired
    private SnapshotRepository snapshots;

    private final String voucher = "/vouchers/" + UUID.randomUUID();

    private RestTestClient.ResponseSpec post(String uri, double amount) {
        return client.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("amount", amount))
                .exchange();
    }

    @Test
    void a_voucher_is_worth_what_has_not_been_redeemed() {
        post(voucher, 50.0).expectStatus().isCreated();
        post(voucher + "/redemptions", 19.9).expectStatus().isOk();

        client.get()
                .uri(voucher)
                .exchange()
                .expectBody()
                .jsonPath("$.balance")
                .isEqualTo(30.1)
                .jsonPath("$.version")
                .isEqualTo(2);
    }

    @Test
    void more_than_it_is_worth_is_refused() {
        post(voucher, 5.0);

        post(voucher + "/redemptions", 5.01)
                .expectStatus()
                .isEqualTo(409)
                .expectBody()
                .jsonPath("$.title")
                .isEqualTo("Voucher refused");
    }

    @Test
    void an_unknown_one_is_not_found() {
        client.get()
                .uri(voucher)
                .exchange()
                .expectStatus()
                .isNotFound()
                .expectBody()
                .jsonPath("$.title")
                .isEqualTo("Unknown voucher");
    }

    @Test
    void a_long_order_gets_a_snapshot() {
        Order order = orders.create(UUID.randomUUID());
        order.create("ada", List.of());
        for (int i = 1; i < 50; i++) {
            order.addLine(new OrderLine("cup", i, new BigDecimal("4.50")));
        }
        orders.save(order);

        await().atMost(30, SECONDS).untilAsserted(() -> assertThat(snapshots.find(order.id()))
                .hasValueSatisfying(snapshot -> assertThat(snapshot.version()).isEqualTo(50)));
        assertThat(orders.load(order.id()).state()).isEqualTo(order.state());
    }
}
