package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.time.Clocks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.TransactionDefinition;

@OnEachPostgres
class DeadLetterReplayIT {

    private final TestDatabase database;

    DeadLetterReplayIT(TestDatabase database) {
        this.database = database;
    }

    /** An account of five events whose second has failed, so that three wait behind it. */
    private UUID poisoned(ParkingFixture fixture) {
        UUID account = UUID.randomUUID();
        fixture.append(account, 5);
        fixture.failAt(account, 2);
        fixture.drain();
        assertThat(fixture.letters()).extracting(DeadLetter::status).contains(DeadLetter.Status.WAITING);
        return account;
    }

    @Test
    void one_that_is_mended_takes_effect_with_everything_behind_it_in_order_and_frees_the_aggregate() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        fixture.mend();
        Long checkpoint = fixture.checkpoint();

        DeadLetterReplay.Result result = fixture.replay()
                .replay(fixture.all().withStatuses(DeadLetter.Status.FAILED), DeadLetterReplay.DEFAULT_LIMIT);

        assertThat(result.resolved()).isEqualTo(4);
        assertThat(result.failed()).isZero();
        assertThat(fixture.effects(account)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(fixture.isParked(account)).isFalse();
        assertThat(fixture.letters()).allSatisfy(letter -> {
            assertThat(letter.status()).isEqualTo(DeadLetter.Status.RESOLVED);
            assertThat(Objects.requireNonNull(letter.resolution()).by()).isEqualTo("replay");
            assertThat(letter.attempts().replays()).isEqualTo(1);
        });
        assertThat(fixture.checkpoint()).isEqualTo(checkpoint);
        fixture.append(account, 1);
        fixture.drain();
        assertThat(fixture.effects(account)).endsWith(6L);
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
    void a_single_one_takes_those_before_it_along_and_none_behind_it() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        fixture.mend();
        long third = fixture.letters(DeadLetter.Status.WAITING).get(1).id();

        DeadLetterReplay.Result result = fixture.replay().replay(third);

        assertThat(result.resolved()).isEqualTo(3);
        assertThat(result.skipped()).isZero();
        assertThat(fixture.effects(account)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(fixture.isParked(account)).isTrue();
    }

    @Test
    void a_limit_ends_it_and_what_is_left_has_become_due() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        fixture.mend();
        DeadLetterReplay replay = fixture.replay();

        DeadLetterReplay.Result first = replay.replay(fixture.all().withStatuses(DeadLetter.Status.FAILED), 2);

        assertThat(first.resolved()).isEqualTo(2);
        assertThat(first.limitReached()).isTrue();
        assertThat(fixture.effects(account)).containsExactly(1L, 2L, 3L);
        assertThat(fixture.letters(DeadLetter.Status.RETRYING))
                .singleElement()
                .satisfies(letter -> assertThat(letter.event().version()).isEqualTo(4));

        DeadLetterReplay.Result second = replay.replayDue(100);

        assertThat(second.resolved()).isEqualTo(2);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(fixture.isParked(account)).isFalse();
    }

    @Test
    void a_filter_by_projection_type_aggregate_and_age_leaves_the_others() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID one = poisoned(fixture);
        UUID other = poisoned(fixture);
        fixture.mend();
        DeadLetterReplay replay = fixture.replay();
        DeadLetter letter = fixture.letters().get(0);

        assertThat(replay.replay(fixture.all().withEventType("withdrawn"), 100).resolved())
                .isZero();
        assertThat(replay.replay(
                                fixture.all()
                                        .withFirstFailure(
                                                null, letter.attempts().firstFailedAt()),
                                100)
                        .resolved())
                .isZero();
        assertThat(replay.replay(fixture.all().withAggregate(other), 100).resolved())
                .isEqualTo(4);

        assertThat(fixture.effects(one)).containsExactly(1L);
        assertThat(fixture.effects(other)).hasSize(5);
    }

    @Test
    void entries_of_projections_that_do_not_exist_are_reported_and_left() {
        ParkingFixture fixture = new ParkingFixture(database);
        ParkingFixture gone = new ParkingFixture(database);
        poisoned(gone);
        gone.mend();
        long id = gone.letters().get(0).id();

        DeadLetterReplay.Result all =
                fixture.replay().replay(DeadLetterRepository.Filter.ALL.withProjection(gone.projection), 100);
        DeadLetterReplay.Result single = fixture.replay().replay(id);

        assertThat(all.unknownProjections()).containsEntry(gone.projection, 4L);
        assertThat(single.unknownProjections()).containsEntry(gone.projection, 1L);
        assertThat(all.resolved() + all.failed() + single.resolved() + single.failed())
                .isZero();
        assertThat(gone.letters(DeadLetter.Status.FAILED)).hasSize(1);
        assertThat(gone.letters(DeadLetter.Status.WAITING)).hasSize(3);
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
    void resolving_or_discarding_the_first_lets_the_next_be_handled_without_a_word_and_says_who_and_why() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        fixture.mend();
        List<DeadLetter> letters = fixture.letters();

        assertThat(fixture.letters.discard(letters.get(0).id(), "ann", "a test order"))
                .isTrue();
        assertThat(fixture.letters.discard(letters.get(0).id(), "ann", "again")).isFalse();
        assertThat(fixture.letters.resolve(letters.get(2).id(), "bob", "booked by hand"))
                .isTrue();

        DeadLetter discarded = fixture.letters.find(letters.get(0).id()).orElseThrow();
        assertThat(discarded.status()).isEqualTo(DeadLetter.Status.DISCARDED);
        assertThat(Objects.requireNonNull(discarded.resolution()).by()).isEqualTo("ann");
        assertThat(Objects.requireNonNull(discarded.resolution()).note()).isEqualTo("a test order");
        assertThat(fixture.letters(DeadLetter.Status.RETRYING))
                .extracting(DeadLetter::id)
                .containsExactly(letters.get(1).id());

        assertThat(fixture.replay().replayDue(100).resolved()).isEqualTo(2);
        assertThat(fixture.effects(account)).containsExactly(1L, 3L, 5L);
        assertThat(fixture.isParked(account)).isFalse();
    }

    @Test
    void discarding_the_last_open_one_frees_the_aggregate() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = UUID.randomUUID();
        fixture.append(account, 1);
        fixture.failAt(account, 1);
        fixture.drain();

        fixture.letters.discard(fixture.letters().get(0).id(), "ann", "never mind");

        assertThat(fixture.isParked(account)).isFalse();
    }

    @Test
    void who_and_why_must_be_said() {
        DeadLetterRepository letters = new ParkingFixture(database).letters;
        assertThatIllegalArgumentException().isThrownBy(() -> letters.discard(1, " ", "why"));
        assertThatIllegalArgumentException().isThrownBy(() -> letters.discard(1, "ann", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> letters.resolve(1, "ann", " "));
        assertThatIllegalArgumentException().isThrownBy(() -> letters.edit(1, "{}", "ann", " "));
    }

    @Test
    void closing_under_a_stricter_isolation_is_refused_since_it_could_miss_what_is_being_put_behind() {
        ParkingFixture fixture = new ParkingFixture(database);
        poisoned(fixture);
        long id = fixture.letters().get(0).id();

        assertThatExceptionOfType(UncategorizedSQLException.class)
                .isThrownBy(() -> database.transaction(TransactionDefinition.ISOLATION_REPEATABLE_READ)
                        .executeWithoutResult(status -> fixture.letters.discard(id, "ann", "why")))
                .withMessageContaining("READ COMMITTED");
        assertThat(fixture.letters.find(id).orElseThrow().status()).isEqualTo(DeadLetter.Status.FAILED);
    }

    @Test
    void one_that_is_marked_is_due_and_handled() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        fixture.mend();
        DeadLetterReplay replay = fixture.replay();
        assertThat(replay.replayDue(100).resolved()).isZero();

        assertThat(fixture.letters.markRetrying(fixture.letters().get(0).id())).isTrue();
        assertThat(fixture.letters.markRetrying(
                        fixture.letters(DeadLetter.Status.WAITING).get(0).id()))
                .as("one that waits has to go on waiting")
                .isFalse();

        assertThat(replay.replayDue(100).resolved()).isEqualTo(4);
        assertThat(fixture.effects(account)).hasSize(5);
    }

    @Test
    void one_that_is_marked_while_it_fails_again_stays_marked() throws Exception {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        long id = fixture.letters().get(0).id();
        ExecutorService operator = Executors.newSingleThreadExecutor();
        List<Future<Boolean>> marks = new ArrayList<>();
        fixture.handlers.before = event -> {
            marks.add(operator.submit(() -> fixture.letters.markRetrying(id)));
            await().until(this::somebodyWaits);
            throw new IllegalStateException("once more");
        };

        assertThat(fixture.replay().replay(id).failed()).isEqualTo(1);

        assertThat(marks.get(0).get()).isTrue();
        operator.shutdown();
        assertThat(fixture.letters.find(id).orElseThrow().attempts().replays()).isEqualTo(1);
        fixture.mend();
        assertThat(fixture.replay().replayDue(100).resolved()).isEqualTo(4);
        assertThat(fixture.effects(account)).hasSize(5);
    }

    private boolean somebodyWaits() {
        return Boolean.TRUE.equals(database.jdbc()
                .queryForObject(
                        """
                SELECT EXISTS (SELECT FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock')""",
                        Boolean.class));
    }

    @Test
    void when_it_is_to_stop_it_ends_after_the_entry_that_it_is_at() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        DeadLetterReplay replay = fixture.replay();
        fixture.handlers.before = event -> replay.stop();

        DeadLetterReplay.Result result = replay.replay(fixture.all(), 100);

        assertThat(result.resolved()).isEqualTo(1);
        assertThat(result.stoppedBy()).isInstanceOf(CancellationException.class);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L);
        assertThat(replay.replay(fixture.all(), 100).resolved()).isZero();
        assertThat(fixture.replay().replay(fixture.all(), 100).resolved())
                .as("another process goes on")
                .isEqualTo(3);
    }

    @Test
    void retried_by_itself_it_is_due_again_after_growing_pauses_as_often_as_allowed() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = poisoned(fixture);
        DeadLetterReplay replay = fixture.replay(new DeadLetterReplay.Settings(
                100_000, new AutomaticRetry(3, Duration.ofMinutes(1), 2, Duration.ofMinutes(3))));
        List<Long> pauses = new ArrayList<>();

        for (int i = 0; i < 4; i++) {
            assertThat(replay.replay(fixture.all().withStatuses(DeadLetter.Status.FAILED), 100)
                            .failed())
                    .isEqualTo(1);
            DeadLetter letter = fixture.letters(DeadLetter.Status.FAILED).get(0);
            pauses.add(
                    letter.attempts().nextAt() == null
                            ? -1
                            : Math.round(Duration.between(
                                                    letter.attempts().lastFailedAt(),
                                                    letter.attempts().nextAt())
                                            .toMillis()
                                    / 1_000.0));
        }

        assertThat(pauses)
                .as("the first pause, of a minute, comes after parking")
                .containsExactly(120L, 180L, -1L, -1L);
        assertThat(replay.replayDue(100).failed()).as("none is due yet").isZero();
        database.jdbc()
                .update(
                        "UPDATE eventsource.dead_letter_queue SET next_attempt_at = now() WHERE projection_name = ? AND status = 'failed'",
                        fixture.projection);
        fixture.mend();
        assertThat(replay.replayDue(100).resolved()).isEqualTo(4);
        assertThat(fixture.effects(account)).hasSize(5);
    }

    @Test
    void an_edited_payload_is_what_the_handler_gets_and_the_first_one_is_kept() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = UUID.randomUUID();
        fixture.append(account, 1);
        fixture.failAt(account, 1);
        fixture.drain();
        fixture.mend();
        long id = fixture.letters().get(0).id();

        assertThat(fixture.letters.edit(id, "{\"amount\": 5}", "ann", "a typing error"))
                .isTrue();
        assertThat(fixture.letters.edit(id, "{\"amount\": 7}", "bob", "once more"))
                .isTrue();
        assertThatExceptionOfType(DataIntegrityViolationException.class)
                .isThrownBy(() -> fixture.letters.edit(id, "{", "ann", "no JSON"));
        fixture.replay().replay(id);

        assertThat(database.jdbc().queryForList("SELECT amount FROM effects WHERE account = ?", Long.class, account))
                .containsExactly(7L);
        DeadLetter letter = fixture.letters.find(id).orElseThrow();
        DeadLetter.Edit edit = Objects.requireNonNull(letter.edit());
        assertThat(edit.originalPayload()).isEqualTo("{\"amount\": 1}");
        assertThat(edit.by()).isEqualTo("bob");
        assertThat(edit.reason()).isEqualTo("once more");
        assertThat(fixture.letters.edit(id, "{}", "ann", "too late")).isFalse();
    }

    @Test
    void an_event_that_cannot_be_decoded_is_parked_and_handled_when_it_can_be() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = UUID.randomUUID();
        fixture.append(account, 1);
        StoredEvent event = fixture.next(1).get(0);
        fixture.park(event, new IllegalStateException("not decodable"));
        long id = fixture.letters().get(0).id();
        fixture.letters.edit(id, "{\"amount\": \"much\"}", "ann", "to break it");

        assertThat(fixture.replay().replay(id).failed()).isEqualTo(1);
        assertThat(Objects.requireNonNull(fixture.letters.find(id).orElseThrow().failure())
                        .errorType())
                .isEqualTo("io.eventsource.event.EventDecodingException");

        fixture.letters.edit(id, "{\"amount\": 3}", "ann", "mended");
        assertThat(fixture.replay().replay(id).resolved()).isEqualTo(1);
        assertThat(fixture.effects(account)).containsExactly(1L);
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

    @Test
    void with_at_least_once_delivery_an_entry_leaves_after_its_handler_has_committed() {
        ParkingFixture fixture = new ParkingFixture(database, ParkingOrder.BY_AGGREGATE, Delivery.AT_LEAST_ONCE);
        UUID account = UUID.randomUUID();
        fixture.append(account, 2);
        fixture.failAt(account, 1);
        fixture.drain();
        fixture.mend();

        assertThat(fixture.replay().replay(fixture.all(), 100).resolved()).isEqualTo(2);
        assertThat(fixture.effects(account)).containsExactly(1L, 2L);
        assertThat(fixture.isParked(account)).isFalse();
    }

    @Test
    void it_keeps_its_pace() {
        ParkingFixture fixture = new ParkingFixture(database);
        poisoned(fixture);
        fixture.mend();
        AtomicLong time = new AtomicLong();
        List<Long> pauses = new ArrayList<>();
        DeadLetterReplay replay = new DeadLetterReplay(
                List.of(new ReplayTarget(fixture.handlers, database.transactionManager())),
                new EventDatabase(
                        database.dataSource(),
                        TestDatabase.SCHEMA,
                        TestEvents.codec(),
                        new Clocks(Clock.systemUTC(), time::get)),
                ErrorClassifier.standard(),
                new DeadLetterReplay.Settings(10, AutomaticRetry.OFF),
                nanos -> {
                    pauses.add(TimeUnit.NANOSECONDS.toMillis(nanos));
                    time.addAndGet(nanos);
                });

        replay.replay(fixture.all().withStatuses(DeadLetter.Status.FAILED), 100);

        assertThat(pauses).containsExactly(100L, 100L, 100L);
    }

    @Test
    void in_a_transaction_it_is_refused() {
        ParkingFixture fixture = new ParkingFixture(database);
        DeadLetterReplay replay = fixture.replay();
        assertThatIllegalStateException()
                .isThrownBy(() -> database.transaction().executeWithoutResult(status -> replay.replay(1)));
        assertThatIllegalStateException()
                .isThrownBy(() -> database.transaction().executeWithoutResult(status -> replay.replayDue(1)));
    }
}
