package io.eventsource.log;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that has written to the log and is not over.
 *
 * @param virtualTransaction its virtual id
 * @param pid the server process, null for a prepared transaction
 * @param user the database user, null where this role may not see it
 * @param application the client's application name, null where this role may not see it
 * @param state what the session does, null where this role may not see it
 * @param startedAt when the transaction began, or was prepared; null where this role may not see it
 * @param age how long ago that is, null where this role may not see it
 * @param preparedGid the global id of a prepared transaction
 */
public record LogWriter(
        String virtualTransaction,
        @Nullable Integer pid,
        @Nullable String user,
        @Nullable String application,
        @Nullable String state,
        @Nullable Instant startedAt,
        @Nullable Duration age,
        @Nullable String preparedGid) {}
