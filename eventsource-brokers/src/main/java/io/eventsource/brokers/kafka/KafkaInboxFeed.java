package io.eventsource.brokers.kafka;

import io.eventsource.brokers.FeedThread;
import io.eventsource.failure.FailureText;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.inbox.InboxPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a consumer from topics of Kafka.
 *
 * <ol>
 *   <li>What a poll brings is handled partition by partition, each in a transaction with the inbox's rows.
 *   <li>After its commit the offset behind the last handled message is committed. An offset never passes a message that has
 *       neither taken effect nor been set aside.
 *   <li>A partition whose message fails is paused and set back to that message until it is retried; the others go on.
 *   <li>Handling takes place in the thread that polls, so that a partition is given away only between transactions. One that
 *       was taken away without notice, after a pause longer than {@code max.poll.interval.ms}, is handled by another instance
 *       meanwhile; the inbox keeps both from taking effect twice.
 * </ol>
 *
 * <p>Several feeds of one name, in one process or many, share the partitions. Order is kept within a partition, thus within a key.
 */
public final class KafkaInboxFeed implements InboxFeed {

    private static final Logger log = LoggerFactory.getLogger(KafkaInboxFeed.class);

    private static final Duration LONGEST_POLL = Duration.ofSeconds(1);
    private static final Duration LEAVE_WITHIN = Duration.ofSeconds(3);

    private final InboxConsumer consumer;
    private final Set<String> topics;
    private final Map<String, Object> clientSettings;
    private final Duration patience;
    private final FeedThread thread;
    private final Map<TopicPartition, InboxPartition> inboxPartitions = new ConcurrentHashMap<>();
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable Consumer<String, byte[]> client;

    /** Offsets that the broker has not been told of, for it was away; used by the feed's thread. */
    private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();

    /** When a broker has been heard of last; used by the feed's thread. */
    private long heardAt;

    /**
     * Creates a feed that does not run yet.
     *
     * @param consumer what handles the messages; its name is the consumer group's, unless {@code group.id} says another
     * @param topics the topics, at least one
     * @param clientSettings what Kafka calls consumer configs, with {@code bootstrap.servers} at least. Where a group has no
     *     offset yet, it begins at the earliest message, unless {@code auto.offset.reset} is {@code latest}
     * @param threads makes the thread
     * @throws IllegalArgumentException when a setting would commit offsets on its own
     */
    public KafkaInboxFeed(
            InboxConsumer consumer, Set<String> topics, Map<String, ?> clientSettings, ThreadFactory threads) {
        if (topics.isEmpty()) {
            throw new IllegalArgumentException("The consumer '%s' needs a topic to read".formatted(consumer.name()));
        }
        this.consumer = consumer;
        this.topics = Set.copyOf(topics);
        this.clientSettings = ConsumerSettings.of(
                clientSettings, consumer.name(), consumer.settings().batchSize());
        this.patience = ConsumerSettings.patience(this.clientSettings);
        this.thread = new FeedThread(consumer.name(), threads, this::read, this::wake);
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
    public InboxFeed.Status status() {
        return new InboxFeed.Status(
                name(),
                thread.running(),
                thread.failure(),
                lost.get(),
                inboxPartitions.values().stream().map(InboxPartition::status).toList());
    }

    private void wake() {
        Consumer<String, byte[]> polling = client;
        if (polling != null) {
            polling.wakeup();
        }
    }

    private void read(FeedThread.Stop stop) throws InterruptedException {
        Consumer<String, byte[]> polling = new KafkaConsumer<>(ConsumerSettings.withoutReset(clientSettings));
        try {
            client = polling;
            heardAt = System.nanoTime() - patience.toNanos();
            polling.subscribe(topics, new Assignment());
            while (!stop.raised()) {
                poll(polling, stop);
            }
        } catch (WakeupException woken) {
            log.debug("'{}' was woken to end", name());
        } catch (InterruptException interrupted) {
            InterruptedException asChecked = new InterruptedException(interrupted.getMessage());
            asChecked.initCause(interrupted);
            throw asChecked;
        } finally {
            client = null;
            inboxPartitions.clear();
            uncommitted.clear();
            polling.close(CloseOptions.timeout(LEAVE_WITHIN));
        }
    }

    private void poll(Consumer<String, byte[]> polling, FeedThread.Stop stop) {
        if (!uncommitted.isEmpty()) {
            commit(polling, stop);
        }
        ConsumerRecords<String, byte[]> records;
        try {
            records = polling.poll(resumeDue(polling));
        } catch (NoOffsetForPartitionException unknown) {
            begin(polling, unknown.partitions());
            return;
        } catch (OffsetOutOfRangeException removed) {
            mend(polling, removed.offsetOutOfRangePartitions());
            return;
        }
        if (records.isEmpty()) {
            listen(polling, stop);
            return;
        }
        heardAt = System.nanoTime();
        stop.working();
        for (TopicPartition partition : records.partitions()) {
            if (stop.raised()) {
                return;
            }
            handle(polling, partition, records.records(partition), stop);
        }
    }

    /** The client keeps quiet about brokers that are away, and about topics that are missing: both look like topics without messages. */
    private void listen(Consumer<String, byte[]> polling, FeedThread.Stop stop) {
        if (System.nanoTime() - heardAt < patience.toNanos()) {
            return;
        }
        Set<TopicPartition> asked = new HashSet<>(polling.assignment());
        topics.forEach(topic -> asked.add(new TopicPartition(topic, 0)));
        try {
            Map<TopicPartition, Long> unused = polling.endOffsets(asked, patience);
            heardAt = System.nanoTime();
            stop.working();
        } catch (TimeoutException silence) {
            stop.failing(new BrokerSilentException(topics, clientSettings, silence));
        }
    }

    /** Lets paused partitions go on whose time has come; says how long to wait for the next. */
    private Duration resumeDue(Consumer<String, byte[]> polling) {
        long wait = LONGEST_POLL.toNanos();
        for (TopicPartition partition : polling.paused()) {
            InboxPartition inboxPartition = inboxPartitions.get(partition);
            long pause = inboxPartition == null ? 0 : inboxPartition.pauseNanos();
            if (pause <= 0) {
                polling.resume(List.of(partition));
            } else {
                wait = Math.min(wait, pause);
            }
        }
        return Duration.ofNanos(Math.max(wait, TimeUnit.MILLISECONDS.toNanos(1)));
    }

    private void handle(
            Consumer<String, byte[]> polling,
            TopicPartition partition,
            List<ConsumerRecord<String, byte[]>> records,
            FeedThread.Stop stop) {
        InboxPartition inboxPartition =
                inboxPartitions.computeIfAbsent(partition, added -> consumer.partition(added.toString()));
        int done =
                inboxPartition.handle(records.stream().map(RecordReader::read).toList(), stop::raised);
        if (done < records.size()) {
            polling.pause(List.of(partition));
            polling.seek(partition, records.get(done).offset());
        }
        if (done > 0) {
            uncommitted.put(
                    partition, new OffsetAndMetadata(records.get(done - 1).offset() + 1));
            commit(polling, stop);
        }
    }

    /** What fails is tried again before the next poll; what is given to another instance before, is delivered to it again and recognised. */
    private void commit(Consumer<String, byte[]> polling, FeedThread.Stop stop) {
        Map<TopicPartition, OffsetAndMetadata> offsets = Map.copyOf(uncommitted);
        try {
            try {
                polling.commitSync(offsets, patience);
            } catch (WakeupException woken) {
                // who stops the feed means the next poll
                polling.commitSync(offsets, patience);
            }
            uncommitted.clear();
            offsets.keySet().stream()
                    .map(inboxPartitions::get)
                    .filter(Objects::nonNull)
                    .forEach(InboxPartition::acknowledged);
        } catch (TimeoutException silence) {
            stop.failing(new BrokerSilentException(topics, clientSettings, silence));
        } catch (CommitFailedException | RebalanceInProgressException | RetriableException failure) {
            log.debug("'{}' could not commit {}", name(), offsets, FailureText.trace(failure));
        }
    }

    private void begin(Consumer<String, byte[]> polling, Collection<TopicPartition> partitions) {
        log.info("'{}' begins with {}, of which it has read nothing", name(), partitions);
        if (ConsumerSettings.beginsAtEnd(clientSettings)) {
            polling.seekToEnd(partitions);
        } else {
            polling.seekToBeginning(partitions);
        }
    }

    /**
     * Goes on where there are messages. Kafka also complains about positions whose leader epoch it cannot check after a
     * connection was lost, and nothing is missing there.
     */
    private void mend(Consumer<String, byte[]> polling, Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Long> beginnings = polling.beginningOffsets(positions.keySet());
        Map<TopicPartition, Long> ends = polling.endOffsets(positions.keySet());
        positions.forEach((partition, position) -> {
            long beginning = beginnings.getOrDefault(partition, 0L);
            if (beginning <= position && position <= ends.getOrDefault(partition, 0L)) {
                polling.seek(partition, position);
            } else {
                lost.incrementAndGet();
                log.error(
                        "'{}' finds nothing at offset {} of {}: the topic was made anew, or its retention has removed messages that were not read. It goes on at {}; what is missing has to be sent again.",
                        name(),
                        position,
                        partition,
                        beginning);
                polling.seek(partition, beginning);
            }
        });
    }

    /** Everything handled is committed before a partition can be taken away. */
    private final class Assignment implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(inboxPartitions::remove);
            partitions.forEach(uncommitted::remove);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            partitions.forEach(inboxPartitions::remove);
        }
    }
}
