package io.eventsource.brokers.redis;

import io.eventsource.brokers.FeedThread;
import io.eventsource.failure.FailureText;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.eventsource.inbox.InboxPartition;
import io.eventsource.inbox.IncomingMessage;
import io.eventsource.log.PageBytes;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a consumer from one stream of Redis, through a consumer group.
 *
 * <ol>
 *   <li>Entries that another consumer of the group has begun and not acknowledged for longer than the maximal pending time are
 *       taken over.
 *   <li>What this consumer has begun itself is read again first, then what nobody has begun: as many entries as fit into memory, going by the
 *       largest of the last ones.
 *   <li>Entries are handled only when nobody else in the group has an older one that is not acknowledged: otherwise two
 *       consumers could change the order of a key's messages. This is looked at after reading.
 *   <li>They are handled in a transaction with the inbox's rows, and acknowledged after its commit.
 *   <li>A message that fails holds the stream until it succeeds or is set aside.
 *   <li>Consumers that have nothing pending, and have begun nothing for sixty times the maximal pending time, are removed from the
 *       group: most often processes that have ended. One that is alive is a member again with the next entry that it begins.
 * </ol>
 *
 * <p>Several consumers of a group thus stand in for each other, but do not share the work of one stream; a publisher that needs more
 * than one consumer can handle spreads its keys over several streams, each with a feed of its own. A consumer that dies delays
 * the stream for the maximal pending time at most.
 */
public final class RedisInboxFeed implements InboxFeed {

    private static final Logger log = LoggerFactory.getLogger(RedisInboxFeed.class);

    private static final Duration BLOCK = Duration.ofMillis(500);
    /** Batches seldom take as long. */
    private static final Duration LONG_WAIT = Duration.ofSeconds(5);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    /** In maximal pending times, after the last of which a consumer has nothing pending any more. */
    private static final int LEFT_AFTER = 60;

    private final InboxConsumer consumer;
    private final String stream;
    private final Supplier<? extends AbstractRedisClient> client;
    private final RedisFeedSettings settings;
    private final FeedThread thread;
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable InboxPartition partition;

    /**
     * Creates a feed that does not run yet.
     *
     * @param consumer what handles the messages
     * @param stream the stream's key
     * @param client gives a {@code RedisClient} or {@code RedisClusterClient}, asked before each connection, which the feed does not
     *     close
     * @param settings names and times
     * @param threads makes the thread
     */
    public RedisInboxFeed(
            InboxConsumer consumer,
            String stream,
            Supplier<? extends AbstractRedisClient> client,
            RedisFeedSettings settings,
            ThreadFactory threads) {
        this.consumer = consumer;
        this.stream = stream;
        this.client = client;
        this.settings = settings;
        this.thread = new FeedThread(consumer.name() + "-" + stream, threads, this::read, () -> {});
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
        InboxPartition current = partition;
        return new InboxFeed.Status(
                name(),
                thread.running(),
                thread.failure(),
                lost.get(),
                current == null ? List.of() : List.of(current.status()));
    }

    private void read(FeedThread.Stop stop) throws InterruptedException {
        try (RedisConnection redis = RedisConnection.to(client.get())) {
            RedisServerInfo info = RedisServerInfo.of(redis, settings.timeout());
            info.requireSupported();
            info.warnings().forEach(log::error);
            RedisGroup group = new RedisGroup(redis, stream, settings);
            group.create();
            new Reading(group, partitionOfStream()).run(stop);
        }
    }

    /** Kept over failures of the connection, since a message that fails is the same afterwards. */
    private InboxPartition partitionOfStream() {
        InboxPartition current = partition;
        if (current == null) {
            current = consumer.partition(stream);
            partition = current;
        }
        return current;
    }

    /** Reads on one connection. */
    private final class Reading {

        private final RedisGroup group;
        private final InboxPartition handling;
        private final int batchSize = consumer.settings().batchSize();
        private final EntryBudget budget = new EntryBudget(batchSize, PageBytes.byHeap());
        private boolean begun = true;
        private String waitingFor = "";
        private boolean removing = true;
        private long claimedAt = System.nanoTime() - settings.maxPendingTime().toNanos();

        Reading(RedisGroup group, InboxPartition handling) {
            this.group = group;
            this.handling = handling;
        }

        void run(FeedThread.Stop stop) throws InterruptedException {
            while (!stop.raised()) {
                if (stop.await(handling.pauseNanos())) {
                    return;
                }
                claim();
                List<StreamMessage<String, byte[]>> entries = next();
                stop.working();
                if (!entries.isEmpty()) {
                    budget.read(entries);
                }
                if (!entries.isEmpty() && !handle(withoutRemoved(entries), stop)) {
                    begun = true;
                    boolean unused = stop.await(LOOK_AGAIN.toNanos());
                }
            }
        }

        private void claim() throws InterruptedException {
            if (System.nanoTime() - claimedAt < settings.maxPendingTime().toNanos() / 2) {
                return;
            }
            claimedAt = System.nanoTime();
            int claimed = group.claim(batchSize);
            if (claimed > 0) {
                log.info("'{}' has taken over {} entries of '{}' that another consumer left", name(), claimed, stream);
                begun = true;
            }
            if (removing) {
                removeLeft();
            }
        }

        /** Without it the group would list every process that ever was. Nothing depends on it. */
        private void removeLeft() throws InterruptedException {
            try {
                int removed = group.removeLeft(settings.maxPendingTime().multipliedBy(LEFT_AFTER));
                log.debug("'{}' has removed {} consumers from the group of '{}'", name(), removed, stream);
            } catch (RedisCommandExecutionException refused) {
                removing = false;
                log.warn(
                        "'{}' cannot remove consumers that have ended from its group of '{}', which will list more and more. Allow EVAL, XINFO and XGROUP on this stream.",
                        name(),
                        stream,
                        FailureText.trace(refused));
            }
        }

        private List<StreamMessage<String, byte[]>> next() throws InterruptedException {
            if (begun) {
                List<StreamMessage<String, byte[]>> again = group.begun(budget.count());
                begun = !again.isEmpty();
                if (begun) {
                    return again;
                }
            }
            Duration untilClaim = settings.maxPendingTime().dividedBy(4);
            return group.fresh(budget.count(), untilClaim.compareTo(BLOCK) < 0 ? untilClaim : BLOCK);
        }

        /** Entries that are gone from the stream can only be reported. */
        private List<StreamMessage<String, byte[]>> withoutRemoved(List<StreamMessage<String, byte[]>> entries)
                throws InterruptedException {
            List<StreamMessage<String, byte[]>> removed = new ArrayList<>();
            List<StreamMessage<String, byte[]>> left = new ArrayList<>();
            entries.forEach(entry -> (isRemoved(entry) ? removed : left).add(entry));
            if (!removed.isEmpty()) {
                lost.addAndGet(removed.size());
                log.error(
                        "'{}' had begun {} entries of '{}' that were removed from the stream before they were handled, the first being {}. They have to be sent again.",
                        name(),
                        removed.size(),
                        stream,
                        removed.get(0).getId());
                group.acknowledge(removed);
            }
            return left;
        }

        private static boolean isRemoved(StreamMessage<String, byte[]> entry) {
            return entry.getBody() == null || entry.getBody().isEmpty();
        }

        /** Says once for each consumer that keeps this one waiting for longer than a batch usually takes when that will end. */
        private void explain(@Nullable PendingMessage other) {
            Duration half = settings.maxPendingTime().dividedBy(2);
            Duration patience = half.compareTo(LONG_WAIT) < 0 ? half : LONG_WAIT;
            if (other == null) {
                waitingFor = "";
            } else if (other.getMsSinceLastDelivery() >= patience.toMillis()
                    && !waitingFor.equals(other.getConsumer())) {
                waitingFor = other.getConsumer();
                log.warn(
                        "'{}' waits with the stream '{}': the consumer '{}' has begun its entry {} and not acknowledged it for {} ms. If that process has ended, its entries are taken over when they are {} old, the feed's redis.max-pending-time. Set it lower, but above batch.timeout, to wait less after a crash; a process that keeps its redis.consumer-name over a restart goes on at once.",
                        name(),
                        stream,
                        other.getConsumer(),
                        other.getId(),
                        other.getMsSinceLastDelivery(),
                        settings.maxPendingTime());
            }
        }

        /** Handles entries as far as possible; says whether all of them were. */
        private boolean handle(List<StreamMessage<String, byte[]>> entries, FeedThread.Stop stop)
                throws InterruptedException {
            if (entries.isEmpty()) {
                return true;
            }
            RedisGroup.Turn turn = group.notBehindOthers(entries);
            explain(turn.other());
            int ready = turn.ready();
            List<IncomingMessage> messages = entries.subList(0, ready).stream()
                    .map(entry -> RedisMessages.read(stream, entry))
                    .toList();
            int done = handling.handle(messages, stop::raised);
            if (done > 0) {
                group.acknowledge(entries.subList(0, done));
                handling.acknowledged();
            }
            if (done < ready) {
                group.keep(entries.subList(done, ready));
            }
            return done == entries.size();
        }
    }
}
