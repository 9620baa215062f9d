package io.eventsource.autoconfigure.compatibility;

import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventType;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** An application on JPA, with its tables made by Liquibase. */
@SpringBootApplication
class JpaApplication {

    @EventType("compatibility.noted")
    record Noted(String text) {}

    @Entity
    @Table(name = "notes")
    static class Note {

        @Id
        private @Nullable UUID id;

        private @Nullable String text;

        protected Note() {}

        Note(UUID id, String text) {
            this.id = id;
            this.text = text;
        }

        @Nullable UUID id() {
            return id;
        }

        @Nullable String text() {
            return text;
        }
    }

    /** Writes through JPA, then fails as often as it is told to. */
    @Component
    @Projection("notes")
    static class NoteProjection {

        private final NoteRepository notes;
        private final AtomicInteger failuresLeft = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private final JdbcTemplate jdbc;
        private volatile boolean rollingBack;

        NoteProjection(NoteRepository notes, JdbcTemplate jdbc) {
            this.notes = notes;
            this.jdbc = jdbc;
        }

        void rollBackOnTheConnection(boolean rollBack) {
            rollingBack = rollBack;
        }

        void failNext(int times) {
            failuresLeft.set(times);
        }

        int failures() {
            return failures.get();
        }

        @EventHandler
        void on(Noted noted, EventEnvelope<Noted> event) {
            notes.saveAndFlush(new Note(event.eventId(), noted.text()));
            if (failuresLeft.get() > 0) {
                failuresLeft.decrementAndGet();
                failures.incrementAndGet();
                throw new IllegalStateException("told to fail");
            }
            if (rollingBack) {
                jdbc.execute("ROLLBACK; BEGIN");
            }
        }
    }
}
