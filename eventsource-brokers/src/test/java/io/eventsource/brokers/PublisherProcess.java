package io.eventsource.brokers;

import io.eventsource.outbox.MessageTransport;
import io.eventsource.subscription.SubscriptionManager;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A publisher in a JVM of its own, which stands still for ever when the broker has acknowledged so many batches: the last of them is
 * sent, and the checkpoint does not know. It reports that batch ({@link #STRUCK}), and those that were not acknowledged as a
 * whole ({@link #FAILED}), by the ids of their messages.
 */
final class PublisherProcess {

    static final String STRUCK = "struck";
    static final String FAILED = "failed";

    /** Others take over what a killed process owned after this. */
    private static final Duration LEASE = Duration.ofSeconds(2);

    private PublisherProcess() {}

    /** Arguments: the broker's address, topic, number of batches, and the database's URL, user and password. */
    public static void main(String[] arguments) throws IOException {
        AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[2]));
        try (InboxDatabase database = InboxDatabase.existing(arguments[3], arguments[4], arguments[5]);
                BrokerClients clients = BrokerClients.of(arguments[0]);
                MessageTransport transport = new WatchedTransport(
                        clients.transport(), ids -> acknowledged(ids, left), ids -> TestProcess.report(FAILED, ids))) {
            PublishingService service = new PublishingService(database);
            SubscriptionManager instance = service.instance(service.publisher(arguments[1], transport), 1, LEASE);
            instance.start();
            TestProcess.awaitParentsEnd();
            boolean unused = instance.stop(Duration.ofSeconds(5));
        }
    }

    private static void acknowledged(List<String> ids, AtomicInteger left) {
        if (left.decrementAndGet() == 0) {
            TestProcess.report(STRUCK, ids);
            standStill();
        }
    }

    /** Also when the subscription's patience ends and it interrupts. */
    private static void standStill() {
        while (true) {
            LockSupport.parkNanos(Duration.ofMinutes(1).toNanos());
            boolean unused = Thread.interrupted();
        }
    }

    static TestProcess launch(String address, String topic, int batches, InboxDatabase database) {
        List<String> arguments = new ArrayList<>(List.of(address, topic, Integer.toString(batches)));
        arguments.addAll(database.address());
        return TestProcess.launch(PublisherProcess.class, arguments);
    }
}
