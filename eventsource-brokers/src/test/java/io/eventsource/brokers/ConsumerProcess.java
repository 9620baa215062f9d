package io.eventsource.brokers;

import io.eventsource.inbox.InboxFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A consumer in a JVM of its own, which handles messages until it is killed. */
final class ConsumerProcess {

    private ConsumerProcess() {}

    /** Arguments: the broker's address, topic, consumer's name, and the database's URL, user and password. */
    public static void main(String[] arguments) throws IOException {
        try (InboxDatabase database = InboxDatabase.existing(arguments[3], arguments[4], arguments[5]);
                BrokerClients clients = BrokerClients.of(arguments[0])) {
            InboxFeed feed = clients.feed(database.consumer(arguments[2], event -> {}), arguments[1]);
            feed.start();
            TestProcess.awaitParentsEnd();
            boolean unused = feed.stop(Duration.ofSeconds(5));
        }
    }

    static TestProcess launch(String address, String topic, String name, InboxDatabase database) {
        List<String> arguments = new ArrayList<>(List.of(address, topic, name));
        arguments.addAll(database.address());
        return TestProcess.launch(ConsumerProcess.class, arguments);
    }
}
