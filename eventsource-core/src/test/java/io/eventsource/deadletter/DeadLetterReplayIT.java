package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.event.StoredEvent;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import io.eventsource.time.Clocks;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

@OnEachPostgres
class DeadLetterReplayIT extends ReplayFixture {

    DeadLetterReplayIT(TestDatabase database) {
        super(database);
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
                List.of(new DeadLetterReplay.Target(fixture.handlers, database.transactionManager())),
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
