package io.eventsource.brokers.kafka;

import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are handed to a producer all at once, those of one key too. With the first that the broker does not take, the producer
 * ends, and with it what was handed over behind. Used by one thread; only the queue and the producer are shared with the producer's.
 */
final class Burst {

    private final List<OutgoingMessage> messages;
    private final OrderedProducer producer;
    private final Predicate<Throwable> messageAtFault;
    private final Map<Integer, SendOutcome> outcomes = new HashMap<>();
    private final Set<Integer> underway = new HashSet<>();
    private final Set<Partition> stopped = new HashSet<>();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private boolean away;

    /** What the producer said of a message. A failure is the message's own, or the consequence of the producer's end. */
    private record Answer(int index, @Nullable Exception failure, boolean own) {}

    private record Partition(String topic, String key) {}

    /**
     * Prepares to send.
     *
     * @param messages in order
     * @param producer to which they are handed
     * @param messageAtFault whether a failure is a message's own fault
     */
    Burst(List<OutgoingMessage> messages, OrderedProducer producer, Predicate<Throwable> messageAtFault) {
        this.messages = messages;
        this.producer = producer;
        this.messageAtFault = messageAtFault;
    }

    /**
     * Sends and waits for the answers.
     *
     * @param patience after this time without any answer the broker counts as away
     * @return by index, which messages are acknowledged and at which the broker was found to be away
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    Map<Integer, SendOutcome> send(Duration patience) throws InterruptedException {
        try {
            for (int index = 0; index < messages.size() && goesOn(); index++) {
                if (stopped.isEmpty() || !stopped.contains(partitionOf(index))) {
                    handOver(index);
                }
                for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
                    accept(answer);
                }
            }
            while (!underway.isEmpty()) {
                Answer answer = answers.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
                if (answer == null) {
                    giveUp(patience);
                    break;
                }
                accept(answer);
            }
        } finally {
            if (!underway.isEmpty()) {
                producer.end();
            }
        }
        return outcomes;
    }

    /** Whether the broker was found to be away. */
    boolean away() {
        return away;
    }

    private boolean goesOn() {
        return !away && !producer.ended();
    }

    private Partition partitionOf(int index) {
        OutgoingMessage message = messages.get(index);
        return new Partition(message.topic(), message.key());
    }

    private void handOver(int index) {
        Thread sender = Thread.currentThread();
        underway.add(index);
        try {
            producer.send(messages.get(index), failure -> answers.add(answer(index, failure, sender)));
        } catch (RuntimeException failure) {
            answers.add(answer(index, failure, sender));
        }
    }

    /** Nothing has been handed over yet behind what is not even taken. */
    private Answer answer(int index, @Nullable Exception failure, Thread sender) {
        boolean taken = Thread.currentThread() != sender;
        boolean own = failure != null && (taken ? producer.end() : !producer.ended());
        return new Answer(index, failure, own);
    }

    private void accept(Answer answer) {
        underway.remove(answer.index());
        Exception failure = answer.failure();
        if (failure == null) {
            outcomes.put(answer.index(), new SendOutcome.Acknowledged());
            return;
        }
        stopped.add(partitionOf(answer.index()));
        if (answer.own() && !messageAtFault.test(failure)) {
            unavailable(answer.index(), failure);
        }
    }

    private void giveUp(Duration patience) {
        TimeoutException silence = new TimeoutException(
                "No answer of the broker within %s; %d messages are on their way".formatted(patience, underway.size()));
        underway.forEach(index -> unavailable(index, silence));
    }

    private void unavailable(int index, Throwable cause) {
        outcomes.put(index, new SendOutcome.Unavailable(cause));
        away = true;
    }
}
