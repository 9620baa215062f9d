package io.eventsource.brokers.kafka;

import io.eventsource.outbox.KeyedPipeline;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.OutgoingMessage;
import io.eventsource.outbox.SendOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Sends messages to Kafka as CloudEvents 1.0 in binary mode, with the message's key as the record's key. The record's
 * timestamp is when it was sent, so that a topic's retention does not remove at once what happened long ago. The producer
 * is idempotent and waits for all in-sync replicas, so that what is acknowledged is there once; a message that was reported
 * as unavailable and is sent again may be there twice, with the same CloudEvents id and source.
 *
 * <p>A message is refused for its own sake when it is larger than the producer or the topic allows, when the broker finds its
 * record invalid, or when its topic's name is. A missing topic or right is not the message's fault. Thread-safe.
 */
public final class KafkaTransport implements MessageTransport {

    /** How much longer than the producer itself this waits for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Producer<String, byte[]> producer;
    private final KeyedPipeline pipeline;
    private volatile boolean closed;

    private KafkaTransport(Producer<String, byte[]> producer, Duration deliveryTimeout) {
        this.producer = producer;
        this.pipeline = new KeyedPipeline(this::sendOne, KafkaTransport::isOwnFault, deliveryTimeout.plus(PATIENCE));
    }

    /**
     * Starts a producer. Nothing is sent yet, and no broker need be there.
     *
     * @param clientSettings what Kafka calls producer configs, with {@code bootstrap.servers} at least; without
     *     {@code delivery.timeout.ms} and {@code max.block.ms} the producer gives up after 30 and 10 seconds, since the publisher
     *     repeats anyway; without {@code linger.ms} it does not linger
     * @return the transport, which owns the producer
     * @throws IllegalArgumentException when a setting would break order or lose what was acknowledged: {@code enable.idempotence},
     *     {@code acks}, {@code max.in.flight.requests.per.connection}, or serializers of another kind
     * @throws org.apache.kafka.common.KafkaException when the producer refuses its settings
     */
    public static KafkaTransport start(Map<String, ?> clientSettings) {
        ProducerSettings settings = ProducerSettings.of(clientSettings);
        return new KafkaTransport(new KafkaProducer<>(settings.values()), settings.deliveryTimeout());
    }

    @Override
    public List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
        if (closed) {
            throw new IllegalStateException("The transport to Kafka is closed");
        }
        return pipeline.send(messages);
    }

    private CompletionStage<?> sendOne(OutgoingMessage message) {
        CompletableFuture<Void> acknowledgement = new CompletableFuture<>();
        var unused = producer.send(KafkaCloudEvents.write(message), (metadata, failure) -> {
            if (failure == null) {
                acknowledgement.complete(null);
            } else {
                acknowledgement.completeExceptionally(failure);
            }
        });
        return acknowledgement;
    }

    private static boolean isOwnFault(Throwable failure) {
        return failure instanceof RecordTooLargeException
                || failure instanceof RecordBatchTooLargeException
                || failure instanceof SerializationException
                || failure instanceof InvalidRecordException
                || failure instanceof InvalidTopicException
                || failure instanceof UnwritableMessageException;
    }

    @Override
    public void close() {
        closed = true;
        producer.close(CLOSE_TIMEOUT);
    }
}
