package io.eventsource.autoconfigure.queues;

import io.eventsource.brokers.FeedThread;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.inbox.InboxPartition;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

/** Gives the messages of one queue to one projection. */
final class QueueFeed implements InboxFeed {

    private static final Duration POLL = Duration.ofMillis(100);

    private final QueueClient client;
    private final String queue;
    private final String group;
    private final InboxConsumer consumer;
    private final InboxPartition partition;
    private final FeedThread thread;

    QueueFeed(QueueClient client, String queue, String group, InboxConsumer consumer, ThreadFactory threads) {
        this.client = client;
        this.queue = queue;
        this.group = group;
        this.consumer = consumer;
        this.partition = consumer.partition(queue);
        this.thread = new FeedThread(consumer.name() + "-" + queue, threads, this::read, () -> {});
    }

    /** What is thrown here is logged, and this is called again after a pause. */
    private void read(FeedThread.Stop stop) throws InterruptedException {
        while (!stop.raised() && !stop.await(partition.pauseNanos())) {
            List<QueueServer.Stored> read =
                    client.fetch(queue, group, consumer.settings().batchSize());
            stop.working();
            int done = partition.handle(read.stream().map(this::incoming).toList(), stop::raised);
            if (done > 0) {
                client.acknowledge(queue, group, read.get(done - 1));
                partition.acknowledged();
            }
            boolean unused = read.isEmpty() && stop.await(POLL.toNanos());
        }
    }

    /** What the sender does not say is an empty text. The consumer sets the message aside then. */
    private IncomingMessage incoming(QueueServer.Stored message) {
        Map<String, String> headers = new HashMap<>(message.headers());
        MessageAttributes attributes = new MessageAttributes(
                take(headers, "ce_id"),
                take(headers, "ce_source"),
                take(headers, "ce_type"),
                take(headers, "ce_subject"),
                time(take(headers, "ce_time"), message.storedAt()));
        String key = take(headers, "key");
        MessageContent content = MessageContent.of(take(headers, "content-type"), message.body());
        String place = Integer.toString(message.number());
        return new IncomingMessage(queue, place, key.isEmpty() ? queue : key, attributes, content, headers);
    }

    private static String take(Map<String, String> headers, String name) {
        String value = headers.remove(name);
        return value == null ? "" : value;
    }

    private static Instant time(String text, Instant otherwise) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException unreadable) {
            return otherwise;
        }
    }

    @Override
    public String name() {
        return consumer.name();
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public boolean stop(Duration timeout) {
        return thread.stop(timeout);
    }

    @Override
    public Status status() {
        return new Status(name(), thread.running(), thread.failure(), 0, List.of(partition.status()));
    }
}
