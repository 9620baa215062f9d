package io.eventsource.jdbc;

import io.eventsource.event.EventCodec;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.time.Clocks;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Where the events are, in which form, and what tells the time there. Thread-safe as its parts are.
 *
 * @param dataSource where the tables are
 * @param schema the schema that holds them
 * @param codec the JSON form of events
 * @param clocks stamp events and statuses, and measure how long things take
 */
public record EventDatabase(DataSource dataSource, EventSourceSchema schema, EventCodec codec, Clocks clocks) {

    /**
     * JDBC that takes part in the calling thread's transaction when there is one.
     *
     * @return the operations, thread-safe
     */
    public JdbcOperations joining() {
        return new UnguardedJdbcTemplate(dataSource);
    }

    /**
     * JDBC that never takes part in the calling thread's transaction, and commits each statement.
     *
     * @return the operations, thread-safe
     */
    public JdbcOperations detached() {
        return DetachedJdbc.on(dataSource);
    }
}
