package io.eventsource.brokers.redis;

import io.eventsource.brokers.FaultsContract;
import io.eventsource.inbox.IncomingMessage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisFaultsIT extends FaultsContract {

    private static RedisBroker broker;

    @BeforeAll
    static void start() {
        broker = RedisBroker.start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Override
    protected String address() {
        return broker.address();
    }

    @Override
    protected String newTopic() {
        return broker.newStream();
    }

    @Override
    protected List<IncomingMessage> messagesIn(String name) {
        return broker.entriesOf(name).stream()
                .map(entry -> RedisMessages.read(name, entry))
                .toList();
    }

    @Override
    protected void stopBroker() {
        broker.stop();
    }

    @Override
    protected void restartBroker() {
        broker.restart();
    }
}
