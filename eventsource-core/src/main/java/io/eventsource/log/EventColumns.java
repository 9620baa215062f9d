package io.eventsource.log;

import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogReader.LogOutline;
import io.eventsource.payload.StoredJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The columns that events are kept in, for all statements that read or write them. A text of the metadata that is to have a column of its own
 * is named here for SQL, beside {@link EventMetadata} and a migration. Messages to brokers and what an event causes name it for themselves.
 */
public final class EventColumns {

    /**
     * A text of the metadata that has a column of its own.
     *
     * @param column the column's name, in the log and in the dead-letter queue
     * @param place where it stands among these columns, from 0 on
     * @param value the text of an event
     */
    public record Text(String column, int place, Function<EventMetadata, @Nullable String> value) {}

    /** Where the texts of a row are. */
    @FunctionalInterface
    public interface Row {

        /**
         * Reads a text.
         *
         * @param text which
         * @return the text, or null
         * @throws SQLException when it cannot be read
         */
        @Nullable String get(Text text) throws SQLException;
    }

    private static final Text TENANT = new Text("tenant_id", 0, EventMetadata::tenantId);
    private static final Text ACTOR = new Text("actor_id", 1, EventMetadata::actorId);
    private static final Text CORRELATION = new Text("correlation_id", 2, EventMetadata::correlationId);
    private static final Text CAUSATION = new Text("causation_id", 3, EventMetadata::causationId);

    /** The texts that each event has for itself. The functions that append take them in this order. */
    public static final List<Text> OF_EVENT = List.of(ACTOR, CORRELATION, CAUSATION);

    /** All texts: the tenant, which is the stream's, and those that each event has for itself. */
    public static final List<Text> TEXTS =
            Stream.concat(Stream.of(TENANT), OF_EVENT.stream()).toList();

    /** All but what may be large, as {@link #MAPPER} reads them. */
    public static final String DETAILS =
            "position, event_id, aggregate_id, aggregate_type, version, event_type, revision, \"timestamp\", created_at, "
                    + list(TEXTS, "%s");

    /** All, as {@link #MAPPER} reads them. */
    public static final String ALL = DETAILS + ", metadata, payload";

    /** Reads {@link #ALL}. */
    public static final RowMapper<StoredEvent> MAPPER = (row, number) -> event(row);

    private static final int FIRST_TEXT = 10;

    private static final int LARGE = 1024 * 1024;

    private static final long YEAR_1900 = Instant.parse("1900-01-01T00:00:00Z").toEpochMilli();
    private static final long YEAR_3000 = Instant.parse("3000-01-01T00:00:00Z").toEpochMilli();

    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};
    private static final JsonMapper JSON =
            JsonMapper.builder(StoredJson.factory()).build();

    private EventColumns() {}

    /**
     * Names texts in a statement.
     *
     * @param texts which
     * @param form how each is written, with its column as the argument of the format, such as {@code "?"} or {@code "e.%s"}
     * @return their list, with commas
     */
    public static String list(List<Text> texts, String form) {
        return texts.stream().map(text -> form.formatted(text.column())).collect(Collectors.joining(", "));
    }

    private static StoredEvent event(ResultSet row) throws SQLException {
        int metadata = FIRST_TEXT + TEXTS.size();
        return new StoredEvent(
                new EventHeader(
                        row.getLong(1),
                        row.getObject(2, UUID.class),
                        row.getObject(3, UUID.class),
                        row.getString(4),
                        row.getLong(5),
                        new EventRevision(row.getString(6), row.getShort(7)),
                        time(row, 8),
                        time(row, 9),
                        metadata(text -> row.getString(FIRST_TEXT + text.place()), row.getString(metadata))),
                // no payload is an empty text: null is one that was left in the database
                Objects.requireNonNullElse(row.getString(metadata + 1), LogOutline.NOT_READ));
    }

    /**
     * Reads a time. The driver takes a long way to an {@link OffsetDateTime}: on Java 17 it makes the rules of a time zone for each. It makes a
     * {@link Timestamp} at once, but counts times long ago by the Julian calendar and has no room for all of the future.
     */
    private static Instant time(ResultSet row, int column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time.getTime() > YEAR_1900 && time.getTime() < YEAR_3000
                ? time.toInstant()
                : row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /**
     * Reads the metadata of an event.
     *
     * @param row where its texts are
     * @param headers its headers as JSON, or null when it has none
     * @return the metadata
     * @throws SQLException when a text cannot be read
     */
    public static EventMetadata metadata(Row row, @Nullable String headers) throws SQLException {
        return new EventMetadata(
                row.get(TENANT),
                row.get(ACTOR),
                row.get(CORRELATION),
                row.get(CAUSATION),
                headers == null ? Map.of() : JSON.readValue(headers, HEADERS));
    }

    /**
     * The headers as they are stored. Their texts have been looked at one by one; only together they may be too large.
     *
     * @param headers the headers of one event
     * @return JSON, or null when there are none
     * @throws IllegalArgumentException when they are larger than PostgreSQL can keep
     */
    public static @Nullable String headersJson(Map<String, String> headers) {
        if (headers.isEmpty()) {
            return null;
        }
        String json = JSON.writeValueAsString(headers);
        if (json.length() > LARGE) {
            StoredJson.require("metadata's headers", json);
        }
        return json;
    }
}
