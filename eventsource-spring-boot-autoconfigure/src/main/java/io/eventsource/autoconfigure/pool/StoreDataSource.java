package io.eventsource.autoconfigure.pool;

import io.eventsource.EventSourceException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;

/**
 * The data source that has the events: the one that is marked, or the application's only or primary one.
 *
 * @param dataSource as the application has made it
 */
public record StoreDataSource(DataSource dataSource) {

    /**
     * Chooses it.
     *
     * @param marked those that {@link io.eventsource.jdbc.EventSourceDataSource} marks
     * @param candidates all that may be injected without a qualifier
     * @param names the names of all
     * @return the one
     * @throws EventSourceException when it is not clear which
     */
    public static StoreDataSource of(
            ObjectProvider<DataSource> marked, ObjectProvider<DataSource> candidates, List<String> names) {
        List<DataSource> found = marked.stream().toList();
        if (found.size() > 1) {
            throw new EventSourceException(
                    "Several of the data sources %s are marked with @EventSourceDataSource. Mark the one that has the events."
                            .formatted(names));
        }
        DataSource only = found.isEmpty() ? candidates.getIfUnique() : found.get(0);
        if (only == null) {
            throw new EventSourceException(
                    "There are the data sources %s, and it is not clear which of them has the events. Mark it with @EventSourceDataSource, or the application's main one with @Primary. An application that does not use eventsource sets eventsource.enabled=false."
                            .formatted(names));
        }
        return new StoreDataSource(only);
    }
}
