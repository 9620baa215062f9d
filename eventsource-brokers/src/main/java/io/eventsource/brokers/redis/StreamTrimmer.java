package io.eventsource.brokers.redis;

import io.eventsource.brokers.redis.RedisTransportSettings.WhenUnread;
import io.lettuce.core.XTrimArgs;
import io.lettuce.core.models.stream.PendingMessages;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps streams near their maximal length without taking from a consumer group what it has not acknowledged.
 *
 * <ol>
 *   <li>The lowest id that any group still needs is that of its first pending entry, or else the one behind the last that was
 *       delivered to it. Without a group nobody needs anything.
 *   <li>What exceeds the maximal length is removed up to that id, in whole nodes of the stream, which is cheap.
 *   <li>If the stream is still too long, it is full, or what is needed is removed too and somebody is told, as configured.
 * </ol>
 */
final class StreamTrimmer {

    private static final Logger log = LoggerFactory.getLogger(StreamTrimmer.class);

    /** Nodes have 100 entries by default, and the last to be trimmed may stay whole. */
    private static final long SLACK = 200;

    private final RedisTransportSettings settings;
    private final Map<String, Long> sinceTrimming = new HashMap<>();

    StreamTrimmer(RedisTransportSettings settings) {
        this.settings = settings;
    }

    /** What a group still needs. */
    private record Need(String group, EntryId from) {}

    /** Whether so many more entries make it time to look at a stream's length. */
    synchronized boolean due(String stream, long added) {
        long since = sinceTrimming.merge(stream, added, Long::sum);
        boolean first = since == added;
        if (!first && since < settings.maxLength() / 100) {
            return false;
        }
        sinceTrimming.put(stream, 1L);
        return true;
    }

    /** Looks again with the next messages. */
    private synchronized void again(String stream) {
        sinceTrimming.remove(stream);
    }

    /**
     * Trims a stream.
     *
     * @throws StreamFullException when it stays too long and nothing may be removed
     */
    void trim(RedisConnection redis, String stream) throws InterruptedException {
        long excess = length(redis, stream) - settings.maxLength();
        if (excess <= 0) {
            return;
        }
        Need need = need(redis, stream);
        if (need == null) {
            trim(redis, stream, new XTrimArgs().maxlen(settings.maxLength()).approximateTrimming());
            return;
        }
        // the limit counts entries of whole nodes
        trim(
                redis,
                stream,
                new XTrimArgs()
                        .minId(need.from().toString())
                        .approximateTrimming()
                        .limit(excess + SLACK / 2));
        long length = length(redis, stream);
        if (length <= settings.maxLength() + SLACK) {
            return;
        }
        if (settings.whenUnread() == WhenUnread.HOLD) {
            again(stream);
            throw new StreamFullException(stream, need.group(), length, settings.maxLength());
        }
        log.warn(
                "The stream '{}' has {} entries of at most {}: removing {} that the consumer group '{}' has not read or not acknowledged",
                stream,
                length,
                settings.maxLength(),
                length - settings.maxLength(),
                need.group());
        trim(redis, stream, new XTrimArgs().maxlen(settings.maxLength()).approximateTrimming());
    }

    private void trim(RedisConnection redis, String stream, XTrimArgs arguments) throws InterruptedException {
        long removed = RedisConnection.await(redis.commands().xtrim(stream, arguments), settings.timeout());
        log.debug("Removed {} entries of the stream '{}'", removed, stream);
    }

    private long length(RedisConnection redis, String stream) throws InterruptedException {
        return RedisConnection.await(redis.commands().xlen(stream), settings.timeout());
    }

    private @Nullable Need need(RedisConnection redis, String stream) throws InterruptedException {
        Need lowest = null;
        List<Object> groups = RedisConnection.await(redis.commands().xinfoGroups(stream), settings.timeout());
        for (Object each : groups) {
            Need need = need(redis, stream, fields(each));
            if (lowest == null || need.from().compareTo(lowest.from()) < 0) {
                lowest = need;
            }
        }
        return lowest;
    }

    private Need need(RedisConnection redis, String stream, Map<String, Object> group) throws InterruptedException {
        String name = text(group.get("name"));
        EntryId unread = EntryId.of(text(group.get("last-delivered-id"))).next();
        PendingMessages pending = RedisConnection.await(redis.commands().xpending(stream, name), settings.timeout());
        if (pending.getCount() == 0) {
            return new Need(name, unread);
        }
        String first = pending.getMessageIds().getLower().getValue();
        return new Need(name, first == null ? unread : EntryId.of(first));
    }

    private static Map<String, Object> fields(Object reply) {
        List<?> list = (List<?>) reply;
        Map<String, Object> fields = new HashMap<>();
        for (int i = 0; i + 1 < list.size(); i += 2) {
            fields.put(text(list.get(i)), list.get(i + 1));
        }
        return fields;
    }

    private static String text(@Nullable Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(value);
    }
}
