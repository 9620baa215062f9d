package io.eventsource.brokers.kafka;

import io.eventsource.outbox.KeyedPipeline;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Sends messages to Kafka as CloudEvents 1.0 in binary mode, with the message's key as the record's key. The record's
 * timestamp is when it was sent, so that a topic's retention does not remove at once what happened long ago. The producer
 * is idempotent and waits for all in-sync replicas, so that what is acknowledged is there once; a message that was reported
 * as unavailable and is sent again may be there twice, with the same CloudEvents id and source. So may one that was on its way
 * when another was refused.
 *
 * <ol>
 *   <li>All messages of a call are handed to the producer at once. It has one request on its way to each broker, so that nothing
 *       of a partition leaves before what is ahead of it has arrived.
 *   <li>When the broker does not take a message, what was handed over behind it is dropped together with the producer.
 *   <li>What then has no acknowledgement is sent by a new producer, of each key one message at a time: only what is behind
 *       a refused message of its own key is held back.
 * </ol>
 *
 * <p>A message is refused for its own sake when it is larger than the producer or the topic allows, when the broker finds its
 * record invalid, or when its topic's name is. A missing topic or right is not the message's fault. Thread-safe.
 */
public final class KafkaTransport implements MessageTransport {

    private final ProducerSettings settings;
    private OrderedProducer producer;
    private boolean closed;

    private KafkaTransport(ProducerSettings settings) {
        this.settings = settings;
        this.producer = OrderedProducer.start(settings);
    }

    /**
     * Starts a producer. Nothing is sent yet, and no broker need be there.
     *
     * @param clientSettings what Kafka calls producer configs, with {@code bootstrap.servers} at least; without
     *     {@code delivery.timeout.ms} and {@code max.block.ms} the producer gives up after 30 and 10 seconds, since the publisher
     *     repeats anyway; without {@code linger.ms} it does not linger; without {@code batch.size} batches have up to 256 KiB
     * @return the transport, which owns the producer
     * @throws IllegalArgumentException when a setting would break order or lose what was acknowledged: {@code enable.idempotence},
     *     {@code acks}, {@code max.in.flight.requests.per.connection}, or serializers of another kind
     * @throws org.apache.kafka.common.KafkaException when the producer refuses its settings
     */
    public static KafkaTransport start(Map<String, ?> clientSettings) {
        return new KafkaTransport(ProducerSettings.of(clientSettings));
    }

    @Override
    public List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
        Burst burst = new Burst(messages, current(), KafkaTransport::isOwnFault);
        Map<Integer, SendOutcome> outcomes = burst.send(settings.patience());
        if (outcomes.size() < messages.size() && !burst.away()) {
            List<Integer> open = IntStream.range(0, messages.size())
                    .filter(index -> !outcomes.containsKey(index))
                    .boxed()
                    .toList();
            List<SendOutcome> decided =
                    sendOneByOne(open.stream().map(messages::get).toList());
            IntStream.range(0, open.size()).forEach(i -> outcomes.put(open.get(i), decided.get(i)));
        }
        return IntStream.range(0, messages.size())
                .mapToObj(index -> outcomes.getOrDefault(index, new SendOutcome.HeldBack()))
                .toList();
    }

    /** Those of different keys together, of each key one at a time. */
    private List<SendOutcome> sendOneByOne(List<OutgoingMessage> messages) throws InterruptedException {
        OrderedProducer mine = OrderedProducer.start(settings);
        try {
            return new KeyedPipeline(
                            message -> acknowledgement(mine, message), KafkaTransport::isOwnFault, settings.patience())
                    .send(messages);
        } finally {
            mine.end();
        }
    }

    private static CompletionStage<?> acknowledgement(OrderedProducer producer, OutgoingMessage message) {
        CompletableFuture<Void> acknowledgement = new CompletableFuture<>();
        producer.send(message, failure -> {
            if (failure == null) {
                acknowledgement.complete(null);
            } else {
                acknowledgement.completeExceptionally(failure);
            }
        });
        return acknowledgement;
    }

    private synchronized OrderedProducer current() {
        if (closed) {
            throw new IllegalStateException("The transport to Kafka is closed");
        }
        if (producer.ended()) {
            producer = OrderedProducer.start(settings);
        }
        return producer;
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
        OrderedProducer last;
        synchronized (this) {
            closed = true;
            last = producer;
        }
        last.close();
    }
}
