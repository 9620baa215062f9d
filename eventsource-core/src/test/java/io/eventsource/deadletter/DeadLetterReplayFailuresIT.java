package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Replays that fail: for the entry, for all of them, or for the lack of memory. */
@OnEachPostgres
class DeadLetterReplayFailuresIT extends ReplayFixture {

    DeadLetterReplayFailuresIT(TestDatabase database) {
        super(database);
    }

    @Test
    void one_that_fails_again_leaves_no_effect_counts_and_stops_its_aggregate_but_no_other() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID bad = poisoned(fixture);
        UUID good = poisoned(fixture);
        fixture.failAt(bad, 3);

        DeadLetterReplay.Result result = fixture.replay().replay(fixture.all(), 100);

        assertThat(result.failed()).isEqualTo(1);
        assertThat(fixture.effects(bad)).containsExactly(1L, 2L);
        assertThat(fixture.effects(good)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(fixture.isParked(bad)).isTrue();
        assertThat(fixture.isParked(good)).isFalse();
        DeadLetter failed = fixture.letters(DeadLetter.Status.FAILED).get(0);
        assertThat(failed.event().version()).isEqualTo(3);
        assertThat(failed.attempts().replays()).isEqualTo(1);
        assertThat(failed.attempts().retries()).isEqualTo(1);
        assertThat(Objects.requireNonNull(failed.failure()).errorMessage()).isEqualTo("cannot handle version 3");
        assertThat(failed.attempts().nextAt()).isNull();
        assertThat(fixture.letters(DeadLetter.Status.WAITING)).hasSize(2);
    }

    @Test
    void an_entry_whose_handler_ends_the_transaction_stays_open_and_keeps_its_effect() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        fixture.handlers.before = event -> database.jdbc().execute("ROLLBACK; BEGIN");

        DeadLetterReplay.Result result = fixture.replay().replay(fixture.all(), 100);

        assertThat(result.failed()).isEqualTo(1);
        assertThat(result.resolved()).isZero();
        assertThat(Objects.requireNonNull(
                                fixture.letters(DeadLetter.Status.FAILED).get(0).failure())
                        .errorMessage())
                .contains("committed or rolled back the batch's transaction on the connection itself");
        fixture.mend();
        assertThat(fixture.replay().replay(fixture.all(), 100).resolved()).isEqualTo(4);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void what_every_event_needs_being_away_ends_it_and_counts_against_no_entry() {
        ParkingFixture fixture = new ParkingFixture(database);
        poisoned(fixture);
        poisoned(fixture);
        fixture.handlers.before = event -> {
            throw new DataAccessResourceFailureException("away");
        };

        DeadLetterReplay.Result result = fixture.replay().replay(fixture.all(), 100);

        assertThat(result.stoppedBy()).isInstanceOf(DataAccessResourceFailureException.class);
        assertThat(result.failed()).isZero();
        assertThat(fixture.letters()).allMatch(letter -> letter.attempts().replays() == 0);
    }

    /** Fails to read one entry as the driver does when the heap does not hold a row. */
    private DataSource withoutMemoryFor(long entry) {
        return new DelegatingDataSource(database.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                return proxy(Connection.class, connection, (method, arguments, result) -> {
                    boolean reads = method.equals("prepareStatement")
                            && ((String) Objects.requireNonNull(arguments)[0]).contains("FOR UPDATE SKIP LOCKED");
                    return reads ? failing((PreparedStatement) Objects.requireNonNull(result), entry) : result;
                });
            }
        };
    }

    private static PreparedStatement failing(PreparedStatement statement, long entry) {
        AtomicLong id = new AtomicLong();
        return proxy(PreparedStatement.class, statement, (method, arguments, result) -> {
            if (arguments != null && arguments.length == 2 && arguments[1] instanceof Long value) {
                id.set(value);
            }
            if (method.equals("executeQuery") && id.get() == entry) {
                throw new PSQLException(
                        "Ran out of memory retrieving query results.",
                        PSQLState.OUT_OF_MEMORY,
                        new OutOfMemoryError("Java heap space"));
            }
            return result;
        });
    }

    private interface After {
        @Nullable Object called(String method, @Nullable Object @Nullable [] arguments, @Nullable Object result)
                throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, After after) {
        return type.cast(Proxy.newProxyInstance(
                DeadLetterReplayIT.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return after.called(method.getName(), arguments, method.invoke(target, arguments));
                    } catch (InvocationTargetException failure) {
                        throw failure.getTargetException();
                    }
                }));
    }

    @Test
    void one_that_does_not_fit_into_memory_counts_as_failed_and_keeps_no_other_from_its_turn() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID large = poisoned(fixture);
        UUID other = poisoned(fixture);
        fixture.mend();
        long entry = fixture.letters
                .list(fixture.all().withAggregate(large), 0, 1)
                .get(0)
                .id();

        DeadLetterReplay.Result result = fixture.replay(withoutMemoryFor(entry)).replay(fixture.all(), 100);

        assertThat(result.stoppedBy()).isNull();
        assertThat(result.failed()).isEqualTo(1);
        assertThat(result.resolved()).isEqualTo(4);
        assertThat(fixture.effects(large)).containsExactly(1L);
        assertThat(fixture.effects(other)).containsExactly(1L, 2L, 3L, 4L, 5L);
        DeadLetter failed = fixture.letters.find(entry).orElseThrow();
        assertThat(failed.status()).isEqualTo(DeadLetter.Status.FAILED);
        assertThat(failed.attempts().replays()).isEqualTo(1);
        assertThat(Objects.requireNonNull(failed.failure()).category())
                .isEqualTo(ErrorClassification.Category.TRANSIENT);

        fixture.handlers.before = event -> {
            if (event.aggregateId().equals(large)) {
                throw new OutOfMemoryError("Java heap space");
            }
        };
        DeadLetterReplay.Result handled = fixture.replay().replay(fixture.all(), 100);
        assertThat(handled.stoppedBy()).isNull();
        assertThat(handled.failed()).isEqualTo(1);
        assertThat(fixture.letters.find(entry).orElseThrow().attempts().replays())
                .isEqualTo(2);
    }

    @Test
    void an_event_that_the_projection_handles_no_more_fails_instead_of_vanishing() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = UUID.randomUUID();
        fixture.append(account, 1);
        fixture.park(fixture.next(1).get(0), new IllegalStateException("broken"));
        database.jdbc()
                .update(
                        "UPDATE eventsource.dead_letter_queue SET event_type = 'noted' WHERE projection_name = ?",
                        fixture.projection);

        assertThat(fixture.replay().replay(fixture.all(), 1).failed()).isEqualTo(1);
        assertThat(Objects.requireNonNull(fixture.letters().get(0).failure()).errorMessage())
                .contains("no handler");
    }

    @Test
    void an_entry_stays_when_its_transaction_is_lost_and_leaves_no_effect() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        fixture.handlers.before = event -> {
            if (event.version() == 3) {
                database.jdbc().execute("SELECT pg_terminate_backend(pg_backend_pid())");
            }
        };

        DeadLetterReplay.Result result = fixture.replay().replay(fixture.all(), 100);

        assertThat(result.resolved()).isEqualTo(1);
        assertThat(ErrorClassifier.standard()
                        .classify(Objects.requireNonNull(result.stoppedBy()))
                        .category())
                .isEqualTo(ErrorClassification.Category.INFRASTRUCTURE);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L);
        assertThat(fixture.letters(DeadLetter.Status.RETRYING)).hasSize(1);
        fixture.mend();
        assertThat(fixture.replay().replayDue(100).resolved()).isEqualTo(3);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }
}
