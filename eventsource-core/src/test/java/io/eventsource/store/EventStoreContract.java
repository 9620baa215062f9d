package io.eventsource.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.testing.TestDatabase;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** What every event store does, whatever the layout of its tables. */
abstract class EventStoreContract extends EventStoreFixture {

    EventStoreContract(TestDatabase database) {
        super(database);
    }

    @Nested
    class Appending extends AppendingContract {
        Appending() {
            super(EventStoreContract.this.database);
        }
    }

    @Nested
    class DuplicateAppends extends DuplicateAppendsContract {
        DuplicateAppends() {
            super(EventStoreContract.this.database);
        }
    }

    @Nested
    class Keeping extends KeepingContract {
        Keeping() {
            super(EventStoreContract.this.database);
        }
    }

    @Nested
    class ReadingStreams extends ReadingStreamsContract {
        ReadingStreams() {
            super(EventStoreContract.this.database);
        }
    }

    @Nested
    class ReadingTheLog extends ReadingTheLogContract {
        ReadingTheLog() {
            super(EventStoreContract.this.database);
        }
    }

    @Nested
    class History {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "UPDATE eventsource.events SET event_type = 'x' WHERE version = 1",
                    "DELETE FROM eventsource.events WHERE version = 1",
                    "TRUNCATE eventsource.events",
                    "TRUNCATE eventsource.events CASCADE"
                })
        void is_never_changed_or_removed(String statement) {
            store.append(deposits(UUID.randomUUID(), 1));
            long events = countEvents();

            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> database.jdbc().execute(statement))
                    .withMessageContaining("refused");
            assertThat(countEvents()).isEqualTo(events);
        }
    }
}
