package io.eventsource.sample.customertotals;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

/**
 * The totals and what they are made from. The database does the sums: projections of several instances may work on one
 * customer at once.
 */
interface CustomerTotalsRepository extends Repository<CustomerTotals, String> {

    Optional<CustomerTotals> findById(String customerId);

    @Query(
            """
            SELECT customer_id, orders, shipped_orders, cancelled_orders, shipped_total
              FROM customer_totals
             WHERE customer_id > :after
             ORDER BY customer_id
             LIMIT :size""")
    List<CustomerTotals> findBehind(String after, int size);

    @Modifying
    @Query(
            """
            INSERT INTO customer_totals (customer_id, orders) VALUES (:customerId, 1)
            ON CONFLICT (customer_id) DO UPDATE SET orders = customer_totals.orders + 1""")
    void countOrder(String customerId);

    @Modifying
    @Query("INSERT INTO customer_orders (order_id, customer_id, total) VALUES (:orderId, :customerId, :total)")
    void addOrder(UUID orderId, String customerId, BigDecimal total);

    @Modifying
    @Query("UPDATE customer_orders SET total = total + :amount WHERE order_id = :orderId")
    int addToOrder(UUID orderId, BigDecimal amount);

    @Modifying
    @Query(
            """
            UPDATE customer_totals t
               SET shipped_orders = t.shipped_orders + 1, shipped_total = t.shipped_total + o.total
              FROM customer_orders o
             WHERE o.order_id = :orderId AND t.customer_id = o.customer_id""")
    int countShipment(UUID orderId);

    @Modifying
    @Query(
            """
            UPDATE customer_totals t
               SET cancelled_orders = t.cancelled_orders + 1
              FROM customer_orders o
             WHERE o.order_id = :orderId AND t.customer_id = o.customer_id""")
    int countCancellation(UUID orderId);

    @Modifying
    @Query("DELETE FROM customer_orders")
    void removeOrders();

    @Modifying
    @Query("DELETE FROM customer_totals")
    void removeTotals();
}
