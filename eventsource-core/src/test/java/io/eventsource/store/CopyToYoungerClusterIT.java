package io.eventsource.store;

import io.eventsource.schema.SchemaMigrator;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** A store copied into a cluster whose transaction ids are younger than those that wrote it. */
@OnEachPostgres
class CopyToYoungerClusterIT {

    private static final List<String> TABLES =
            List.of("event_streams", "events", "projection_checkpoints", "snapshots", "dead_letter_queue");

    private final TestDatabase database;

    CopyToYoungerClusterIT(TestDatabase database) {
        this.database = database;
    }

    @Test
    void everything_is_read_subscriptions_go_on_and_appends_continue() throws Exception {
        CopiedStore store = new CopiedStore(database);
        try (TestDatabase copy = TestDatabase.emptyOnFreshCluster(database.major())) {
            new SchemaMigrator(copy.dataSource(), TestDatabase.SCHEMA).migrate();
            try (Connection from = database.connect();
                    Connection to = copy.connect()) {
                for (String table : TABLES) {
                    ByteArrayOutputStream rows = new ByteArrayOutputStream();
                    from.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("COPY eventsource." + table + " TO STDOUT", rows);
                    to.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn(
                                    "COPY eventsource." + table + " FROM STDIN",
                                    new ByteArrayInputStream(rows.toByteArray()));
                }
            }
            copy.jdbc()
                    .queryForList(
                            "SELECT setval('eventsource.events_position_seq', (SELECT max(position) FROM eventsource.events))");
            store.assertAlive(copy);
        }
    }
}
