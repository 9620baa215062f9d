package io.eventsource.autoconfigure.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.compatibility.JpaApplication.Note;
import io.eventsource.autoconfigure.compatibility.JpaApplication.NoteProjection;
import io.eventsource.autoconfigure.compatibility.JpaApplication.Noted;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The starter in an application with JPA and Liquibase: projections run in the transactions of the JPA application. */
@SpringBootTest(
        classes = JpaApplication.class,
        properties = {
            "eventsource.subscriptions.defaults.retry.delay=200ms",
            "spring.liquibase.change-log=classpath:db/changelog/compatibility.sql",
            "spring.flyway.enabled=false",
            "spring.jpa.hibernate.ddl-auto=validate"
        })
class JpaAndLiquibaseIT {

    @Autowired
    private EventStore store;

    @Autowired
    private NoteRepository notes;

    @Autowired
    private NoteProjection projection;

    @Autowired
    private JdbcTemplate jdbc;

    @Autowired
    private DeadLetterRepository letters;

    @Autowired
    private DeadLetterReplay replay;

    @Autowired
    private PlatformTransactionManager transactionManager;

    @BeforeEach
    void everythingIsHandled() {
        await().untilAsserted(() -> assertThat(notes.count()).isEqualTo(eventsProcessed()));
    }

    private void append(String text) {
        store.append(StreamAppend.to("Notebook", UUID.randomUUID(), new Noted(text)));
    }

    private List<String> texts() {
        return notes.findAll().stream().map(Note::text).map(String::valueOf).toList();
    }

    private long eventsProcessed() {
        return jdbc
                .queryForList(
                        "SELECT events_processed FROM eventsource.projection_checkpoints WHERE projection_name = 'notes'",
                        Long.class)
                .stream()
                .findFirst()
                .orElse(0L);
    }

    @Test
    void a_projection_writes_through_jpa() {
        assertThat(transactionManager).isInstanceOf(JpaTransactionManager.class);

        append("written");

        await().untilAsserted(() -> assertThat(texts()).contains("written"));
    }

    @Test
    void a_failed_handlers_writes_are_rolled_back_with_the_checkpoint() {
        long processedBefore = eventsProcessed();
        long notesBefore = notes.count();
        int failuresBefore = projection.failures();
        projection.failNext(2);

        append("written thrice, kept once");

        await().until(() -> projection.failures() > failuresBefore);
        assertThat(notes.count()).isEqualTo(notesBefore);
        assertThat(eventsProcessed()).isEqualTo(processedBefore);
        await().untilAsserted(() -> assertThat(texts())
                .filteredOn("written thrice, kept once"::equals)
                .hasSize(1));
        assertThat(projection.failures()).isEqualTo(failuresBefore + 2);
        assertThat(eventsProcessed()).isEqualTo(processedBefore + 1);
    }

    @Test
    void an_event_whose_handler_rolls_back_on_the_connection_is_parked_and_not_lost() {
        DeadLetterRepository.Filter parked = DeadLetterRepository.Filter.ALL.withProjection("notes");
        projection.rollBackOnTheConnection(true);

        append("rolled back by force");

        await().until(() -> letters.statistics().depth() == 1);
        assertThat(letters.list(parked, 0, 10))
                .extracting(letter -> String.valueOf(letter.failure()))
                .singleElement()
                .asString()
                .contains("committed or rolled back the batch's transaction on the connection itself");
        assertThat(texts()).doesNotContain("rolled back by force");

        projection.rollBackOnTheConnection(false);
        assertThat(replay.replay(parked, 10).resolved()).isEqualTo(1);
        assertThat(texts()).contains("rolled back by force");
    }

    @Test
    void an_append_is_rolled_back_with_the_jpa_transaction_around_it() {
        UUID stream = UUID.randomUUID();

        new TransactionTemplate(transactionManager).executeWithoutResult(status -> {
            store.append(StreamAppend.to("Notebook", stream, new Noted("never")));
            notes.saveAndFlush(new Note(UUID.randomUUID(), "never"));
            status.setRollbackOnly();
        });

        assertThat(store.exists(stream)).isFalse();
        assertThat(texts()).doesNotContain("never");
    }
}
