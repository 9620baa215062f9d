package io.eventsource.brokers.redis;

import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages to Redis Streams: the topic is the stream's key. Streams are bounded, see {@link RedisTransportSettings}.
 *
 * <ol>
 *   <li>Messages of one stream are sent in chunks of up to 100 messages or 1 MiB. A chunk is one script: the server adds all of
 *       its messages in their order or none, whatever happens in between.
 *   <li>The next chunk of a stream leaves when the one before is acknowledged. Different streams go at the same time.
 *   <li>When a chunk fails, nothing further is sent to its stream.
 * </ol>
 *
 * <p>How safe an acknowledged message is, is up to the server: with {@code appendfsync everysec} a crash of it loses a second. It
 * must be version 6.2 or later, and should not evict keys; both are looked at when the connection is made. Thread-safe;
 * concurrent calls take turns.
 */
public final class RedisTransport implements MessageTransport {

    private static final Logger log = LoggerFactory.getLogger(RedisTransport.class);

    private static final int CHUNK_MESSAGES = 100;
    private static final int CHUNK_BYTES = 1 << 20;

    private static final String ADD_ALL =
            """
            local at = 1
            local ids = {}
            for message = 1, tonumber(ARGV[1]) do
              at = at + 1
              local fields = tonumber(ARGV[at])
              ids[message] = redis.call('XADD', KEYS[1], '*', unpack(ARGV, at + 1, at + fields))
              at = at + fields
            end
            return ids""";

    private final AbstractRedisClient client;
    private final RedisTransportSettings settings;
    private final StreamTrimmer trimmer;
    private @Nullable RedisConnection connection;
    private boolean closed;

    /**
     * Creates a transport. The connection is made with the first messages, and is the transport's own.
     *
     * @param client a {@code RedisClient} or {@code RedisClusterClient}, which the transport does not close
     * @param settings bounds and waiting
     */
    public RedisTransport(AbstractRedisClient client, RedisTransportSettings settings) {
        this.client = client;
        this.settings = settings;
        this.trimmer = new StreamTrimmer(settings);
    }

    @Override
    public synchronized List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
        if (closed) {
            throw new IllegalStateException("The transport to Redis is closed");
        }
        Map<Integer, SendOutcome> outcomes = new HashMap<>();
        List<Stream> streams = streams(messages, outcomes);
        try {
            RedisConnection redis = connected();
            while (streams.stream().anyMatch(Stream::goesOn)) {
                sendNext(redis, streams, outcomes);
            }
        } catch (RedisException | UnsuitableRedisException failure) {
            streams.forEach(stream -> stream.fail(failure));
        }
        streams.forEach(stream -> stream.reportFailure(outcomes));
        return IntStream.range(0, messages.size())
                .mapToObj(index -> outcomes.getOrDefault(index, new SendOutcome.HeldBack()))
                .toList();
    }

    /** Messages of one stream that are sent together. */
    private record Chunk(String stream, List<Integer> indices, List<byte[]> arguments) {}

    private record Partition(String topic, String key) {}

    private List<Stream> streams(List<OutgoingMessage> messages, Map<Integer, SendOutcome> outcomes) {
        Map<String, Stream> streams = new LinkedHashMap<>();
        Set<Partition> refused = new HashSet<>();
        for (int index = 0; index < messages.size(); index++) {
            OutgoingMessage message = messages.get(index);
            Partition partition = new Partition(message.topic(), message.key());
            if (refused.contains(partition)) {
                continue;
            }
            if (message.content().size() > settings.maxMessageBytes()) {
                refused.add(partition);
                outcomes.put(
                        index,
                        new SendOutcome.Refused(new MessageTooLargeException(message, settings.maxMessageBytes())));
                continue;
            }
            streams.computeIfAbsent(message.topic(), Stream::new).add(index, message);
        }
        streams.values().forEach(Stream::finishChunk);
        return List.copyOf(streams.values());
    }

    /** What one call sends to one stream. */
    private static final class Stream {

        private final String name;
        private final Queue<Chunk> chunks = new ArrayDeque<>();
        private List<Integer> indices = new ArrayList<>();
        private List<byte[]> arguments = new ArrayList<>();
        private long bytes;
        private @Nullable RuntimeException failure;

        Stream(String name) {
            this.name = name;
        }

        void add(int index, OutgoingMessage message) {
            int size = message.content().size();
            if (indices.size() == CHUNK_MESSAGES || bytes + size > CHUNK_BYTES) {
                finishChunk();
            }
            Map<String, byte[]> fields = RedisMessages.write(message);
            arguments.add(ascii(2 * fields.size()));
            fields.forEach((field, value) -> {
                arguments.add(field.getBytes(StandardCharsets.UTF_8));
                arguments.add(value);
            });
            indices.add(index);
            bytes += size;
        }

        void finishChunk() {
            if (!indices.isEmpty()) {
                arguments.add(0, ascii(indices.size()));
                chunks.add(new Chunk(name, indices, arguments));
                indices = new ArrayList<>();
                arguments = new ArrayList<>();
                bytes = 0;
            }
        }

        boolean goesOn() {
            return failure == null && !chunks.isEmpty();
        }

        Chunk next() {
            return chunks.element();
        }

        void acknowledged() {
            chunks.remove();
        }

        void fail(RuntimeException cause) {
            failure = failure == null ? cause : failure;
        }

        /** The first chunk that was not acknowledged may have been on its way; those behind it have not. */
        void reportFailure(Map<Integer, SendOutcome> outcomes) {
            RuntimeException cause = failure;
            Chunk first = chunks.peek();
            if (cause != null && first != null) {
                first.indices().forEach(index -> outcomes.put(index, new SendOutcome.Unavailable(cause)));
            }
        }
    }

    private static byte[] ascii(int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends one chunk of each stream. A chunk stays in its queue until it is acknowledged. */
    private void sendNext(RedisConnection redis, List<Stream> streams, Map<Integer, SendOutcome> outcomes)
            throws InterruptedException {
        List<Stream> ready = new ArrayList<>();
        for (Stream stream : streams) {
            if (stream.goesOn() && hasRoom(redis, stream)) {
                ready.add(stream);
            }
        }
        List<RedisFuture<List<byte[]>>> underway =
                ready.stream().map(stream -> add(redis, stream.next())).toList();
        for (int i = 0; i < ready.size(); i++) {
            Stream stream = ready.get(i);
            try {
                List<byte[]> ids = RedisConnection.await(underway.get(i), settings.timeout());
                log.debug("Added {} entries to '{}'", ids.size(), stream.name);
                stream.next().indices().forEach(index -> outcomes.put(index, new SendOutcome.Acknowledged()));
                stream.acknowledged();
            } catch (RedisException notAcknowledged) {
                stream.fail(notAcknowledged);
            }
        }
    }

    private boolean hasRoom(RedisConnection redis, Stream stream) throws InterruptedException {
        try {
            if (trimmer.due(stream.name, stream.next().indices().size())) {
                trimmer.trim(redis, stream.name);
            }
            return true;
        } catch (StreamFullException full) {
            stream.fail(full);
            return false;
        }
    }

    private static RedisFuture<List<byte[]>> add(RedisConnection redis, Chunk chunk) {
        return redis.commands()
                .eval(
                        ADD_ALL,
                        ScriptOutputType.MULTI,
                        new String[] {chunk.stream()},
                        chunk.arguments().toArray(byte[][]::new));
    }

    private RedisConnection connected() throws InterruptedException {
        RedisConnection current = connection;
        if (current == null) {
            current = RedisConnection.to(client);
            try {
                RedisServerInfo info = RedisServerInfo.of(current, settings.timeout());
                info.requireSupported();
                info.warnings().forEach(log::error);
                connection = current;
            } finally {
                if (connection == null) {
                    current.close();
                }
            }
        }
        return current;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
