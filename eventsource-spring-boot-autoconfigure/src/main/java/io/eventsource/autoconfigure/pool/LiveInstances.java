package io.eventsource.autoconfigure.pool;

import io.eventsource.schema.EventSourceSchema;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** How many instances run. Those that drive no subscriptions have no lease and are not seen. */
final class LiveInstances {

    private static final String OTHERS =
            """
            SELECT count(*) FROM {schema}.subscription_instances AS i
             WHERE i.instance_id <> ? AND {schema}.leased(i)""";

    private LiveInstances() {}

    /**
     * Counts the instances besides one that hold a lease, in one statement.
     *
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param instance which one does not count
     * @return how many
     * @throws org.springframework.dao.DataAccessException when the database cannot be asked
     */
    static int besides(DataSource dataSource, EventSourceSchema schema, UUID instance) {
        return Objects.requireNonNull(
                new JdbcTemplate(dataSource).queryForObject(schema.sql(OTHERS), Integer.class, instance));
    }
}
