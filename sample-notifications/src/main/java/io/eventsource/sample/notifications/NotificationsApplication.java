package io.eventsource.sample.notifications;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The notification service. Its profile, {@code kafka} or {@code redis}, says which broker brings the orders' events. */
@SpringBootApplication
public class NotificationsApplication {

    /**
     * Runs the service.
     *
     * @param args Spring's arguments
     */
    public static void main(String[] args) {
        SpringApplication.run(NotificationsApplication.class, args);
    }
}
