package io.eventsource.log;

import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.LogReader.LogOutline;
import io.eventsource.payload.StoredJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The columns that events are kept in, for all statements that read or write them. */
public final class EventColumns {

    /** The texts of the metadata: the tenant, which is the stream's, and those that each event has for itself. */
    public static final List<Field> TEXTS = List.of(Field.values());

    /** The texts that each event has for itself. The functions that append take them in this order. */
    public static final List<Field> OF_EVENT =
            TEXTS.stream().filter(text -> text != Field.TENANT_ID).toList();

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
    public static String list(List<Field> texts, String form) {
        return texts.stream().map(text -> form.formatted(text.column())).collect(Collectors.joining(", "));
    }

    private static StoredEvent event(ResultSet row) throws SQLException {
        int metadata = FIRST_TEXT + TEXTS.size();
        @Nullable String[] texts = new @Nullable String[TEXTS.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = row.getString(FIRST_TEXT + i);
        }
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
                        metadata(texts, row.getString(metadata))),
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
     * Reads the metadata of an event by the names of its columns.
     *
     * @param row a row with {@link #TEXTS} and the headers as {@code metadata}
     * @return the metadata
     * @throws SQLException when a text cannot be read
     */
    public static EventMetadata metadata(ResultSet row) throws SQLException {
        @Nullable String[] texts = new @Nullable String[TEXTS.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = row.getString(TEXTS.get(i).column());
        }
        return metadata(texts, row.getString("metadata"));
    }

    private static EventMetadata metadata(@Nullable String[] texts, @Nullable String headers) {
        return EventMetadata.of(
                text -> texts[TEXTS.indexOf(text)], headers == null ? Map.of() : JSON.readValue(headers, HEADERS));
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

    /** Conditions of a filter, as SQL without values and the values. A condition whose value is missing does not apply. */
    public static final class Conditions {

        private final StringBuilder sql = new StringBuilder();
        private final List<Object> arguments = new ArrayList<>();

        /** Creates a filter that everything passes. */
        public Conditions() {}

        /**
         * Adds a condition.
         *
         * @param condition SQL with one parameter
         * @param value its value; null when the condition does not apply
         * @return this
         */
        public Conditions and(String condition, @Nullable Object value) {
            if (value != null) {
                sql.append(" AND ").append(condition);
                arguments.add(value instanceof Instant time ? time.atOffset(ZoneOffset.UTC) : value);
            }
            return this;
        }

        /**
         * Adds a condition on a column.
         *
         * @param column the column
         * @param texts what it may have; empty when the condition does not apply
         * @return this
         */
        public Conditions andAnyOf(String column, Collection<String> texts) {
            return and(column + " = ANY (?)", texts.isEmpty() ? null : texts.toArray(String[]::new));
        }

        /**
         * The conditions.
         *
         * @return SQL with AND before each condition
         */
        public String sql() {
            return sql.toString();
        }

        /**
         * The values, in the order of the parameters.
         *
         * @return their list
         */
        public List<Object> arguments() {
            return List.copyOf(arguments);
        }
    }
}
