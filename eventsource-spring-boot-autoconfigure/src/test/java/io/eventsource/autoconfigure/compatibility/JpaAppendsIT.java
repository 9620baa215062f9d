package io.eventsource.autoconfigure.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.compatibility.JpaApplication.Note;
import io.eventsource.autoconfigure.compatibility.JpaApplication.Noted;
import io.eventsource.event.EventEnvelope;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.VersionConflictException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

/** Appends inside the transactions of a JPA application. */
@SpringBootTest(
        classes = JpaApplication.class,
        properties = {
            "spring.liquibase.change-log=classpath:db/changelog/compatibility.sql",
            "spring.flyway.enabled=false",
            "spring.jpa.hibernate.ddl-auto=validate"
        })
@Import(JpaAppendsIT.AfterCommit.class)
class JpaAppendsIT {

    @Autowired
    private EventStore store;

    @Autowired
    private NoteRepository notes;

    @Autowired
    private JdbcTemplate jdbc;

    @Autowired
    private PlatformTransactionManager transactionManager;

    @Autowired
    private ApplicationEventPublisher events;

    private final UUID stream = UUID.randomUUID();

    /** Told in a transaction, appends to this stream once that has been committed. */
    record NoteWritten(UUID stream) {}

    /** Appends after the commit of the transaction that it was told in. */
    static class AfterCommit {

        private final EventStore store;

        AfterCommit(EventStore store) {
            this.store = store;
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
        void on(NoteWritten written) {
            store.append(StreamAppend.to("Notebook", written.stream(), new Noted("after the commit")));
        }
    }

    private TransactionTemplate transaction() {
        return new TransactionTemplate(transactionManager);
    }

    private StreamAppend noted(String text) {
        return StreamAppend.to("Notebook", stream, new Noted(text));
    }

    private Note note(String text) {
        return new Note(UUID.randomUUID(), text);
    }

    private long writersOfThisTransaction() {
        Long writers = jdbc.queryForObject(
                """
                SELECT count(*) FROM pg_catalog.pg_locks
                 WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
                   AND relation = 'eventsource.events'::regclass AND pid = pg_backend_pid()""",
                Long.class);
        return writers == null ? 0 : writers;
    }

    @Test
    void a_conflict_surfaces_where_the_append_stands() {
        store.append(noted("first"));

        transaction().executeWithoutResult(status -> {
            notes.saveAndFlush(note("before the conflict"));
            assertThatThrownBy(() -> store.append(noted("second").expecting(ExpectedVersion.noStream())))
                    .isInstanceOfSatisfying(
                            VersionConflictException.class,
                            conflict -> assertThat(conflict.actualVersion()).isEqualTo(1));
            status.setRollbackOnly();
        });

        assertThat(store.currentVersion(stream)).isOne();
    }

    @Test
    void the_log_is_not_held_before_the_commit() {
        transaction().executeWithoutResult(status -> {
            store.append(noted("late"));
            notes.saveAndFlush(note("in between"));

            assertThat(writersOfThisTransaction()).isZero();
        });

        assertThat(store.readStream(StreamQuery.of(stream))).hasSize(1);
    }

    @Test
    void a_rollback_leaves_nothing_behind() {
        assertThatThrownBy(() -> transaction().executeWithoutResult(status -> {
                    store.append(noted("never"));
                    notes.saveAndFlush(note("never"));
                    throw new IllegalStateException("told to fail");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(store.exists(stream)).isFalse();
        assertThat(store.readStream(StreamQuery.of(stream))).isEmpty();
        assertThat(notes.findAll()).extracting(Note::text).doesNotContain("never");
    }

    @Test
    void a_transaction_reads_its_own_appends() {
        store.append(noted("stored"));

        transaction().executeWithoutResult(status -> {
            store.append(noted("pending"));

            assertThat(store.currentVersion(stream)).isEqualTo(2);
            assertThat(store.readStream(StreamQuery.of(stream)))
                    .extracting(EventEnvelope::payload)
                    .containsExactly(new Noted("stored"), new Noted("pending"));
        });
    }

    @Test
    void an_append_after_the_commit_is_stored_and_handled() {
        transaction().executeWithoutResult(status -> {
            notes.saveAndFlush(note("the commit"));
            events.publishEvent(new NoteWritten(stream));
        });

        assertThat(store.readStream(StreamQuery.of(stream)))
                .extracting(EventEnvelope::payload)
                .containsExactly(new Noted("after the commit"));
        await().untilAsserted(
                        () -> assertThat(notes.findAll()).extracting(Note::text).contains("after the commit"));
    }
}
