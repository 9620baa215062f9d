package io.eventsource.deadletter;

import io.eventsource.deadletter.DeadLetterParking.ParkingChangedException;
import io.eventsource.error.ErrorInfo;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.log.Bucket;
import io.eventsource.log.EventColumns;
import io.eventsource.message.MessageContent;
import io.eventsource.payload.StoredJson;
import io.eventsource.schema.EventSourceSchema;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Puts messages of other services into the dead-letter queue, in the transaction that records them in the inbox, and keeps the
 * order of each key while some of it is there. What always holds is what holds for {@link DeadLetterParking}, with the key in
 * the place of the aggregate and the inbox in the place of the checkpoint:
 *
 * <ol>
 *   <li><b>A row for a key is made only by a transaction that records a message of it</b>, and which waits at the inbox's
 *       primary key for every other transaction with the same message. Whoever handles a later message of the partition has recorded the
 *       earlier ones, or has found them recorded and committed. So once it has recorded its batch, no row can be made for its
 *       keys behind its back; one can only go away.
 *   <li><b>A batch</b> records its messages; <em>then</em>, in a later statement, looks which of their keys have rows
 *       ({@link #among}), without a lock; handles the others; and as its last act locks the rows, FOR KEY SHARE, and puts the
 *       messages behind ({@link #parkBehind}). If a row is gone, a replay has come to the end of that key: the batch is rolled
 *       back and retried.
 *   <li><b>Replays and closing</b> are those of {@link DeadLetterParking}: they know nothing of messages.
 * </ol>
 *
 * <p>Order is that of {@code position}, which is drawn from a sequence in the order in which a partition is handled. A key that comes
 * in several partitions has no order among them, and none here. Needs isolation READ COMMITTED. Thread-safe.
 */
public final class MessageParking {

    private static final JsonMapper JSON =
            JsonMapper.builder(StoredJson.factory()).build();

    private static final String AMONG =
            """
            SELECT aggregate_id FROM {schema}.parked_aggregates
             WHERE projection_name = ? AND aggregate_id = ANY (?)""";

    private static final List<String> MESSAGE = List.of(
            "message_source",
            "message_id",
            "message_key",
            "message_partition",
            "message_place",
            "message_aggregate_id",
            "message_position");

    private static final String PARK =
            """
            INSERT INTO {schema}.dead_letter_queue (projection_name, position, {event}, {message}, {failure})
            VALUES (?, nextval('{schema}.message_position_seq'), ?, ?, ?, ?, ?, ?, ?, {texts}, ?::jsonb, ?, ?,
                    {schema}.message_payload(?), ?, ?, ?, ?, ?, ?, ?, {failure-values})
            RETURNING id"""
                    .replace("{event}", EntryColumns.list(EntryColumns.EVENT))
                    .replace("{message}", EntryColumns.list(MESSAGE))
                    .replace("{failure}", EntryColumns.list(EntryColumns.FAILURE))
                    .replace("{texts}", EventColumns.list(EventColumns.TEXTS, "?"))
                    .replace("{failure-values}", EntryColumns.FAILURE_VALUES);

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private final ParkedAggregates parked;
    private final TransactionParticipation participation;

    /**
     * A message that is to be parked.
     *
     * @param event what it says of its event; the payload is not used
     * @param content its payload, whatever it is
     * @param message where it comes from
     */
    public record Letter(StoredEvent event, MessageContent content, DeadLetter.Message message) {}

    /**
     * Creates it. No connection is opened.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     */
    public MessageParking(DataSource dataSource, EventSourceSchema schema) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.schema = schema;
        this.parked = new ParkedAggregates(jdbc, schema);
        this.participation = new TransactionParticipation(dataSource);
    }

    /** A key as the tables have it: UUIDs as they are, so that an aggregate's messages are found by its id. */
    private static UUID idOf(String key) {
        try {
            return UUID.fromString(key);
        } catch (IllegalArgumentException otherForm) {
            return UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Which of these keys have open entries, so that their messages must be given to {@link #parkBehind} instead of the handlers. To
     * be called after the messages were recorded, in a statement of its own.
     *
     * @param consumer whose messages they are
     * @param keys their keys
     * @return those of the keys that are parked
     */
    public Set<String> among(String consumer, Collection<String> keys) {
        if (keys.isEmpty()) {
            return Set.of();
        }
        Map<UUID, Set<String>> byId = new HashMap<>();
        keys.forEach(
                key -> byId.computeIfAbsent(idOf(key), id -> new HashSet<>()).add(key));
        return jdbc
                .queryForList(
                        schema.sql(AMONG), UUID.class, consumer, byId.keySet().toArray(UUID[]::new))
                .stream()
                .flatMap(id -> byId.getOrDefault(id, Set.of()).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Puts messages behind the open entries of their keys, in the transaction that has recorded them, after the handlers.
     *
     * @param consumer whose messages they are
     * @param letters messages of keys that {@link #among} has named in this transaction, in the order of their partition
     * @throws ParkingChangedException when one of the keys is no longer parked; roll back and retry
     */
    public void parkBehind(String consumer, List<Letter> letters) {
        if (letters.isEmpty()) {
            return;
        }
        requireTransaction(consumer);
        Set<UUID> keys =
                letters.stream().map(letter -> idOf(letter.message().key())).collect(Collectors.toUnmodifiableSet());
        parked.require(consumer, keys);
        for (Letter letter : letters) {
            long unused = insert(consumer, letter, DeadLetter.Status.WAITING, null, null);
        }
    }

    /**
     * Puts a message into the queue that has failed for good, in the transaction that records it.
     *
     * @param consumer whose message it is
     * @param letter the message
     * @param error how it failed last
     * @param nextAttemptIn after which time it is handled again by itself; null when it is not
     * @return the entry's id
     * @throws ParkingChangedException when its key is parked and freed all the time; roll back and retry
     */
    public long park(String consumer, Letter letter, ErrorInfo error, @Nullable Duration nextAttemptIn) {
        requireTransaction(consumer);
        parked.make(consumer, idOf(letter.message().key()));
        return insert(consumer, letter, DeadLetter.Status.FAILED, error, nextAttemptIn);
    }

    private long insert(
            String consumer,
            Letter letter,
            DeadLetter.Status status,
            @Nullable ErrorInfo error,
            @Nullable Duration nextAttemptIn) {
        StoredEvent event = letter.event();
        EventMetadata metadata = event.metadata();
        DeadLetter.Message message = letter.message();
        UUID key = idOf(message.key());
        List<@Nullable Object> arguments = new ArrayList<>(List.of(
                consumer,
                event.eventId(),
                event.eventType(),
                key,
                event.aggregateType(),
                event.version(),
                event.revision(),
                Bucket.of(key)));
        EventColumns.TEXTS.forEach(text -> arguments.add(text.of(metadata)));
        arguments.add(metadata.headers().isEmpty() ? null : JSON.writeValueAsString(metadata.headers()));
        arguments.addAll(List.of(
                database(event.timestamp()),
                database(event.createdAt()),
                letter.content().bytes()));
        arguments.addAll(List.of(
                message.source(),
                message.id(),
                message.key(),
                message.partition(),
                message.place(),
                event.aggregateId(),
                event.position()));
        arguments.addAll(EntryColumns.failure(status, error, nextAttemptIn));
        return Objects.requireNonNull(jdbc.queryForObject(schema.sql(PARK), Long.class, arguments.toArray()));
    }

    private static OffsetDateTime database(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private void requireTransaction(String consumer) {
        if (!participation.active()) {
            throw new IllegalStateException(
                    "Messages of '%s' can be parked only in the transaction that records them, and there is none on the event store's data source."
                            .formatted(consumer));
        }
    }
}
