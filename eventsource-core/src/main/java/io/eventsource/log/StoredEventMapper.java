package io.eventsource.log;

import io.eventsource.event.EventMetadata;
import io.eventsource.event.StoredEvent;
import io.eventsource.proof.StoredJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads rows of the events table, and the JSON of their headers. */
public final class StoredEventMapper implements RowMapper<StoredEvent> {

    /** The columns that this mapper reads, in its order. */
    public static final String COLUMNS = StoredEventMapper.DETAILS + ", metadata, payload";

    /** All but what may be large. */
    public static final String DETAILS =
            """
            position, event_id, aggregate_id, aggregate_type, version, event_type, revision, "timestamp", created_at,
            tenant_id, actor_id, correlation_id, causation_id""";

    private static final int LARGE = 1024 * 1024;

    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};
    private static final JsonMapper JSON =
            JsonMapper.builder(StoredJson.factory()).build();

    /** Creates a mapper. */
    public StoredEventMapper() {}

    @Override
    public StoredEvent mapRow(ResultSet row, int rowNumber) throws SQLException {
        String headers = row.getString(14);
        // no payload is an empty text: null is one that was left in the database
        String payload = Objects.requireNonNullElse(row.getString(15), LogOutline.NOT_READ);
        return new StoredEvent(
                row.getLong(1),
                row.getObject(2, UUID.class),
                row.getObject(3, UUID.class),
                row.getString(4),
                row.getLong(5),
                row.getString(6),
                row.getShort(7),
                row.getObject(8, OffsetDateTime.class).toInstant(),
                row.getObject(9, OffsetDateTime.class).toInstant(),
                new EventMetadata(
                        row.getString(10),
                        row.getString(11),
                        row.getString(12),
                        row.getString(13),
                        headers == null ? Map.of() : JSON.readValue(headers, HEADERS)),
                payload);
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
