package io.eventsource.brokers.redis;

import io.eventsource.brokers.redis.RedisTransportSettings.WhenUnread;
import io.eventsource.message.MessageContent;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.test.MessageTransportContract;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisTransportContractIT extends MessageTransportContract {

    private static final int MAX_MESSAGE_BYTES = 10_000;

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
    protected MessageTransport connect() {
        return new WithClient(broker.proxiedClient());
    }

    /** The transport does not close the client, which an application shares; here each has its own. */
    private static final class WithClient implements MessageTransport {

        private final RedisClient client;
        private final RedisTransport transport;

        WithClient(RedisClient client) {
            this.client = client;
            this.transport = new RedisTransport(
                    client,
                    new RedisTransportSettings(1_000_000, WhenUnread.HOLD, MAX_MESSAGE_BYTES, Duration.ofSeconds(2)));
        }

        @Override
        public List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
            return transport.send(messages);
        }

        @Override
        public void close() {
            transport.close();
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    @Override
    protected String newTopic() {
        return broker.newStream();
    }

    @Override
    protected List<String> idsIn(String topic) {
        return broker.idsIn(topic);
    }

    @Override
    protected OutgoingMessage refusedForItsOwnSake(OutgoingMessage message) {
        return message.withContent(MessageContent.of("application/octet-stream", new byte[MAX_MESSAGE_BYTES + 1]));
    }

    @Override
    protected void cut() {
        broker.proxy().cut();
    }

    @Override
    protected void mend() {
        broker.proxy().mend();
    }

    @Override
    protected int connections() {
        return broker.proxy().connections();
    }
}
