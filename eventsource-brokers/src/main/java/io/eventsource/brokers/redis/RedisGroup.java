package io.eventsource.brokers.redis;

import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAutoClaimArgs;
import io.lettuce.core.XClaimArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.models.stream.ClaimedMessages;
import io.lettuce.core.models.stream.PendingMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One stream as one consumer of a group sees it. Used by one thread. */
final class RedisGroup {

    private static final String BEGINNING = "0-0";

    /** In one step, since a consumer that is removed takes what it has pending with it. */
    private static final String REMOVE_LEFT =
            """
            local removed = {}
            for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
              local is = {}
              for field = 1, #consumer, 2 do
                is[consumer[field]] = consumer[field + 1]
              end
              if is.name ~= ARGV[2] and is.pending == 0 and is.idle > tonumber(ARGV[3]) then
                redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], is.name)
                table.insert(removed, is.name)
              end
            end
            return removed""";

    private final RedisConnection redis;
    private final String stream;
    private final Consumer<String> self;
    private final RedisFeedSettings settings;

    RedisGroup(RedisConnection redis, String stream, RedisFeedSettings settings) {
        this.redis = redis;
        this.stream = stream;
        this.self = Consumer.from(settings.group(), settings.consumerName());
        this.settings = settings;
    }

    /** Makes the group, which begins with the oldest entry, unless it is there already. */
    void create() throws InterruptedException {
        try {
            String unused = RedisConnection.await(
                    redis.commands()
                            .xgroupCreate(
                                    StreamOffset.from(stream, BEGINNING),
                                    self.getGroup(),
                                    XGroupCreateArgs.Builder.mkstream()),
                    settings.timeout());
        } catch (RedisBusyException exists) {
            return;
        } catch (RedisCommandExecutionException refused) {
            if (!String.valueOf(refused.getMessage()).startsWith("BUSYGROUP")) {
                throw refused;
            }
        }
    }

    /** Takes over what others have begun and left for too long; says how many entries. */
    int claim(int count) throws InterruptedException {
        int claimed = 0;
        String cursor = BEGINNING;
        do {
            ClaimedMessages<String, byte[]> messages = RedisConnection.await(
                    redis.commands()
                            .xautoclaim(
                                    stream,
                                    new XAutoClaimArgs<String>()
                                            .consumer(self)
                                            .minIdleTime(settings.maxPendingTime())
                                            .startId(cursor)
                                            .count(count)
                                            .justid()),
                    settings.timeout());
            claimed += messages.getMessages().size();
            cursor = messages.getId();
        } while (!cursor.equals(BEGINNING));
        return claimed;
    }

    /**
     * Removes consumers from the group that have nothing pending and have begun nothing for longer than a time. One that is
     * alive is a member again with the next entry that it begins.
     *
     * @return how many
     */
    int removeLeft(Duration idle) throws InterruptedException {
        List<byte[]> removed = RedisConnection.await(
                redis.commands()
                        .<List<byte[]>>eval(
                                REMOVE_LEFT,
                                ScriptOutputType.MULTI,
                                new String[] {stream},
                                bytes(self.getGroup()),
                                bytes(self.getName()),
                                bytes(Long.toString(idle.toMillis()))),
                settings.timeout());
        return removed.size();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What this consumer has begun and not acknowledged, oldest first. What was removed from the stream has no body. */
    List<StreamMessage<String, byte[]>> begun(int count) throws InterruptedException {
        return read(StreamOffset.from(stream, BEGINNING), XReadArgs.Builder.count(count), settings.timeout());
    }

    /** What nobody in the group has begun, waiting for it a while. */
    List<StreamMessage<String, byte[]>> fresh(int count, Duration wait) throws InterruptedException {
        return read(
                StreamOffset.lastConsumed(stream),
                XReadArgs.Builder.count(count).block(wait),
                settings.timeout().plus(wait));
    }

    @SuppressWarnings("unchecked")
    private List<StreamMessage<String, byte[]>> read(StreamOffset<String> from, XReadArgs arguments, Duration timeout)
            throws InterruptedException {
        return RedisConnection.await(redis.commands().xreadgroup(self, arguments, from), timeout);
    }

    /**
     * Which of some entries may be handled.
     *
     * @param ready how many of the first ones are not behind one that another consumer has begun and not acknowledged
     * @param other the oldest entry of another consumer, or null
     */
    record Turn(int ready, @Nullable PendingMessage other) {}

    /**
     * Looks which entries are not behind others.
     *
     * @param entries entries that this consumer has begun, its oldest first
     */
    Turn notBehindOthers(List<StreamMessage<String, byte[]>> entries) throws InterruptedException {
        String last = entries.get(entries.size() - 1).getId();
        List<PendingMessage> pending = RedisConnection.await(
                redis.commands()
                        .xpending(
                                stream,
                                self.getGroup(),
                                Range.from(Range.Boundary.unbounded(), Range.Boundary.including(last)),
                                Limit.from(entries.size() + 1L)),
                settings.timeout());
        PendingMessage other = pending.stream()
                .filter(each -> !each.getConsumer().equals(self.getName()))
                .findFirst()
                .orElse(null);
        if (other == null) {
            return new Turn(entries.size(), null);
        }
        EntryId first = EntryId.of(other.getId());
        long ready = entries.stream()
                .takeWhile(entry -> EntryId.of(entry.getId()).compareTo(first) < 0)
                .count();
        return new Turn((int) ready, other);
    }

    void acknowledge(List<StreamMessage<String, byte[]>> entries) throws InterruptedException {
        long unused = RedisConnection.await(
                redis.commands()
                        .xack(
                                stream,
                                self.getGroup(),
                                entries.stream().map(StreamMessage::getId).toArray(String[]::new)),
                settings.timeout());
    }

    /** Shows that what is being retried is not forgotten, so that nobody takes it over. */
    void keep(List<StreamMessage<String, byte[]>> entries) throws InterruptedException {
        List<StreamMessage<String, byte[]>> unused = RedisConnection.await(
                redis.commands()
                        .xclaim(
                                stream,
                                self,
                                XClaimArgs.Builder.justid().minIdleTime(0),
                                entries.stream().map(StreamMessage::getId).toArray(String[]::new)),
                settings.timeout());
    }
}
