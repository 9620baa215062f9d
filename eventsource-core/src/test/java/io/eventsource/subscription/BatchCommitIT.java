package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Noted;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** Which commits of subscriptions wait for the disk. */
@OnEachPostgres
class BatchCommitIT extends SubscriptionFixture {

    BatchCommitIT(TestDatabase database) {
        super(database);
        jdbc.execute("CREATE TABLE IF NOT EXISTS commits (projection text, waits_for text)");
        jdbc.execute(
                """
                CREATE OR REPLACE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO commits VALUES (NEW.projection_name, current_setting('synchronous_commit'));
                    RETURN NULL;
                END $$""");
        jdbc.execute(
                """
                CREATE CONSTRAINT TRIGGER note_commit AFTER UPDATE OF position ON eventsource.projection_checkpoints
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_commit()""");
    }

    @AfterEach
    void removeTheTrigger() {
        jdbc.execute("DROP TRIGGER note_commit ON eventsource.projection_checkpoints");
        jdbc.execute("ALTER DATABASE %s RESET synchronous_commit".formatted(database.name()));
    }

    private record Acting(String name, Delivery delivery, Consumer<EventEnvelope<Object>> action)
            implements EventHandlers {

        @Override
        public Set<String> eventTypes() {
            return Set.of("deposited");
        }

        @Override
        public void handle(EventEnvelope<Object> event) {
            action.accept(event);
        }
    }

    /** What the commit of a batch waits for when the database's default is this. */
    private String commitOf(String setting, Delivery delivery, boolean appending) {
        jdbc.execute("ALTER DATABASE %s SET synchronous_commit = '%s'".formatted(database.name(), setting));
        try (HikariDataSource pool = database.dataSourceOf("postgres")) {
            EventStore inHandler = TestDatabase.store(pool);
            SubscriptionManager manager = manager(
                    List.of(new Acting(name, delivery, event -> {
                        if (appending) {
                            inHandler.append(StreamAppend.to("account", UUID.randomUUID(), new Noted("seen")));
                        }
                    })),
                    settings(10, LONG),
                    signal,
                    TestEvents.codec(),
                    pool,
                    new JdbcTransactionManager(pool));
            manager.start();
            long position = deposit(1).get(0);
            awaitLive(manager, name, position);
            assertThat(manager.stop(STOP_WITHIN)).isTrue();
        }
        return jdbc.queryForList("SELECT waits_for FROM commits WHERE projection = ?", String.class, name)
                .get(0);
    }

    @Test
    void what_would_be_handled_again_after_a_crash_does_not_wait_for_the_disk() {
        assertThat(commitOf("on", Delivery.EXACTLY_ONCE, false)).isEqualTo("off");
    }

    @Test
    void events_that_a_handler_appends_wait_for_the_disk() {
        assertThat(commitOf("on", Delivery.EXACTLY_ONCE, true)).isEqualTo("on");
    }

    @Test
    void a_database_that_waits_for_its_standbys_to_show_what_is_committed_still_does() {
        assertThat(commitOf("remote_apply", Delivery.EXACTLY_ONCE, false)).isEqualTo("remote_apply");
    }

    @Test
    void the_checkpoint_of_effects_elsewhere_waits_for_the_disk() {
        assertThat(commitOf("on", Delivery.AT_LEAST_ONCE, false)).isEqualTo("on");
    }
}
