package io.eventsource.brokers.kafka;

import io.eventsource.outbox.OutgoingMessage;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * A producer with one request on its way to each broker. While a batch of a partition is on its way, no later one of that partition
 * leaves; who ends the producer in the very callback that reports a failure thus keeps all from leaving that was handed over
 * behind the message. Thread-safe.
 */
final class OrderedProducer {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Producer<String, byte[]> producer;
    private final RecordWriter writer = new RecordWriter();
    private final AtomicBoolean ended = new AtomicBoolean();

    private OrderedProducer(Producer<String, byte[]> producer) {
        this.producer = producer;
    }

    static OrderedProducer start(ProducerSettings settings) {
        return new OrderedProducer(new KafkaProducer<>(settings.values()));
    }

    /**
     * Hands a message over.
     *
     * @param message the message
     * @param answer hears nothing when the broker has acknowledged the message, or what failed; in the producer's thread, which it must not hold
     *     up, or in this one when the message was not taken
     * @throws RuntimeException when the message was not taken either
     */
    void send(OutgoingMessage message, Consumer<@Nullable Exception> answer) {
        var unused = producer.send(writer.write(message), (metadata, failure) -> answer.accept(failure));
    }

    boolean ended() {
        return ended.get();
    }

    /**
     * Drops all that has not left; what has may arrive or not. Does not wait, and may be called in an answer.
     *
     * @return whether nobody has done so before
     */
    boolean end() {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            producer.close(Duration.ZERO);
        }
        return first;
    }

    /** Waits a while for what is on its way. */
    void close() {
        ended.set(true);
        producer.close(CLOSE_TIMEOUT);
    }
}
