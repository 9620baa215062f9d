package io.eventsource.outbox;

import io.eventsource.outbox.MessageTransport.SendOutcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages through a client that takes them one by one and answers later: those of different keys are on their way
 * together, of each key only one. What most implementations of {@link MessageTransport} need. Thread-safe.
 *
 * <ol>
 *   <li>The first message of each topic and key is sent.
 *   <li>When one is acknowledged, the next of its topic and key is sent, by the calling thread: clients must not be called
 *       from their own callbacks.
 *   <li>When one is refused, the rest of its topic and key is held back.
 *   <li>When one meets a broker that is away, nothing further is sent at all, and what is on its way is waited for.
 * </ol>
 */
public final class KeyedPipeline {

    private final Function<OutgoingMessage, ? extends CompletionStage<?>> client;
    private final Predicate<Throwable> messageAtFault;
    private final Duration timeout;

    /**
     * Creates a pipeline.
     *
     * @param client sends one message; the stage completes when the broker has acknowledged it, or exceptionally. It may
     *     also throw, which counts the same
     * @param messageAtFault whether a failure is the message's own fault; wrapping {@link CompletionException}s are removed
     * @param timeout after this time without any answer, what is on its way counts as unavailable. Longer than the client's
     *     own patience, so that the client decides
     */
    public KeyedPipeline(
            Function<OutgoingMessage, ? extends CompletionStage<?>> client,
            Predicate<Throwable> messageAtFault,
            Duration timeout) {
        this.client = client;
        this.messageAtFault = messageAtFault;
        this.timeout = timeout;
    }

    /**
     * As {@link MessageTransport#send}.
     *
     * @param messages the messages in order
     * @return for each what became of it
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    public List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
        return new Run(messages).finish();
    }

    private record Partition(String topic, String key) {}

    /** An answer of the client. */
    private record Answer(int index, @Nullable Throwable failure) {}

    /** One call. Used by the calling thread; only the queue is shared with the client's. */
    private final class Run {

        private final List<OutgoingMessage> messages;
        private final Map<Integer, SendOutcome> outcomes = new HashMap<>();
        private final Map<Partition, Queue<Integer>> waiting = new LinkedHashMap<>();
        private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
        private final Set<Integer> underway = new HashSet<>();
        private @Nullable Throwable away;

        Run(List<OutgoingMessage> messages) {
            this.messages = messages;
            for (int i = 0; i < messages.size(); i++) {
                waiting.computeIfAbsent(partitionOf(i), partition -> new ArrayDeque<>())
                        .add(i);
            }
        }

        private Partition partitionOf(int index) {
            OutgoingMessage message = messages.get(index);
            return new Partition(message.topic(), message.key());
        }

        List<SendOutcome> finish() throws InterruptedException {
            for (Partition partition : new ArrayList<>(waiting.keySet())) {
                sendNext(partition);
                drainAnswers();
            }
            while (!underway.isEmpty()) {
                Answer answer = answers.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
                if (answer == null) {
                    giveUp();
                    break;
                }
                accept(answer);
            }
            return IntStream.range(0, messages.size())
                    .mapToObj(index -> outcomes.getOrDefault(index, new SendOutcome.HeldBack()))
                    .toList();
        }

        private void sendNext(Partition partition) {
            Queue<Integer> rest = Objects.requireNonNull(waiting.get(partition));
            Integer index = rest.peek();
            if (index == null || away != null) {
                return;
            }
            rest.remove();
            underway.add(index);
            CompletionStage<?> stage;
            try {
                stage = client.apply(messages.get(index));
            } catch (RuntimeException failure) {
                answers.add(new Answer(index, failure));
                return;
            }
            CompletionStage<?> unused =
                    stage.whenComplete((result, failure) -> answers.add(new Answer(index, failure)));
        }

        private void drainAnswers() {
            for (Answer answer = answers.poll(); answer != null; answer = answers.poll()) {
                accept(answer);
            }
        }

        private void accept(Answer answer) {
            underway.remove(answer.index());
            Throwable failure = unwrap(answer.failure());
            if (failure == null) {
                outcomes.put(answer.index(), new SendOutcome.Acknowledged());
                sendNext(partitionOf(answer.index()));
            } else if (messageAtFault.test(failure)) {
                outcomes.put(answer.index(), new SendOutcome.Refused(failure));
                Objects.requireNonNull(waiting.get(partitionOf(answer.index()))).clear();
            } else {
                outcomes.put(answer.index(), new SendOutcome.Unavailable(failure));
                away = failure;
            }
        }

        private void giveUp() {
            TimeoutException silence =
                    new TimeoutException("No answer of the broker within %s; %d messages are on their way"
                            .formatted(timeout, underway.size()));
            underway.forEach(index -> outcomes.put(index, new SendOutcome.Unavailable(silence)));
        }
    }

    private static @Nullable Throwable unwrap(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
