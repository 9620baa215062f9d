package io.eventsource.sample.notifications;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What customers were told. */
@RestController
@RequestMapping("/notifications")
final class NotificationsController {

    private final JdbcClient jdbc;

    NotificationsController(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** In the order in which it became known. */
    @GetMapping
    List<Notification> of(@RequestParam String customerId) {
        if (customerId.indexOf('\0') >= 0) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "The customerId holds U+0000.");
        }
        return jdbc.sql(
                        """
                        SELECT order_id, order_version, customer_id, text, happened_at
                          FROM notifications WHERE customer_id = ? ORDER BY id""")
                .param(customerId)
                .query((row, number) -> new Notification(
                        row.getObject("order_id", UUID.class),
                        row.getLong("order_version"),
                        row.getString("customer_id"),
                        row.getString("text"),
                        row.getObject("happened_at", OffsetDateTime.class).toInstant()))
                .list();
    }
}
