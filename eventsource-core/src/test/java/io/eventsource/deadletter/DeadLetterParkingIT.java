package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import io.eventsource.EventSourceException;
import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.error.ErrorClassification;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventMetadata.Field;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.log.Bucket;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamAppend.NewEvent;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

@OnEachPostgres
class DeadLetterParkingIT {

    private final TestDatabase database;

    DeadLetterParkingIT(TestDatabase database) {
        this.database = database;
    }

    @Test
    void an_event_is_parked_with_a_copy_that_equals_it_and_with_its_error_and_the_checkpoint_moves_past_it() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = UUID.randomUUID();
        EventMetadata metadata = EventMetadata.of(Field::column, Map.of("header", "value"));
        database.store()
                .append(StreamAppend.to("account", account, new Deposited(5)).withMetadata(metadata));
        StoredEvent event = fixture.next(1).get(0);

        fixture.park(event, new IllegalStateException("cannot\u0000 handle \uD800", new RuntimeException("cause")));

        DeadLetter letter = fixture.letters.find(fixture.letters().get(0).id()).orElseThrow();
        assertThat(letter.event()).isEqualTo(event);
        assertThat(letter.event().metadata()).isEqualTo(metadata);
        assertThat(letter.projection()).isEqualTo(fixture.projection);
        assertThat(letter.status()).isEqualTo(DeadLetter.Status.FAILED);
        assertThat(letter.attempts().retries()).isEqualTo(5);
        assertThat(letter.attempts().replays()).isZero();
        assertThat(letter.attempts().nextAt()).isNull();
        assertThat(letter.resolution()).isNull();
        assertThat(letter.edit()).isNull();
        assertThat(Duration.between(
                        letter.attempts().firstFailedAt(), letter.attempts().lastFailedAt()))
                .isBetween(Duration.ofSeconds(31).minusMillis(1), Duration.ofMillis(31_100));
        DeadLetter.Failure failure = Objects.requireNonNull(letter.failure());
        assertThat(failure.errorType()).isEqualTo("java.lang.IllegalStateException");
        assertThat(failure.errorMessage()).isEqualTo("cannot\uFFFD handle \uFFFD");
        assertThat(failure.stackTrace()).contains("Caused by: java.lang.RuntimeException: cause");
        assertThat(failure.category()).isEqualTo(ErrorClassification.Category.APPLICATION);
        assertThat(failure.severity()).isEqualTo(ErrorClassification.Severity.HIGH);
        assertThat(fixture.checkpoint()).isEqualTo(event.position());
        assertThat(fixture.isParked(account)).isTrue();
    }

    @Test
    void later_events_of_the_aggregate_wait_behind_it_in_order_and_others_are_handled() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID poisoned = UUID.randomUUID();
        UUID healthy = UUID.randomUUID();
        fixture.append(poisoned, 2);
        fixture.append(healthy, 1);
        fixture.append(poisoned, 2);
        fixture.append(healthy, 1);
        fixture.failAt(poisoned, 2);

        fixture.drain();

        assertThat(fixture.effects(poisoned)).containsExactly(1L);
        assertThat(fixture.effects(healthy)).containsExactly(1L, 2L);
        assertThat(fixture.letters())
                .extracting(letter -> letter.event().version(), DeadLetter::status)
                .containsExactly(
                        tuple(2L, DeadLetter.Status.FAILED),
                        tuple(3L, DeadLetter.Status.WAITING),
                        tuple(4L, DeadLetter.Status.WAITING));
        assertThat(fixture.letters(DeadLetter.Status.WAITING))
                .allSatisfy(letter -> assertThat(letter.failure()).isNull());
        assertThat(fixture.checkpoint()).isEqualTo(fixture.end());
    }

    @Test
    void a_batch_puts_the_events_of_several_parked_aggregates_behind_in_the_order_of_the_log() {
        ParkingFixture fixture = new ParkingFixture(database);
        List<UUID> accounts = Stream.generate(UUID::randomUUID).limit(5).toList();
        accounts.forEach(account -> fixture.append(account, 1));
        fixture.handlers.before = event -> {
            throw new IllegalStateException("all fail");
        };
        fixture.drain();
        accounts.forEach(account -> fixture.append(account, 3));

        fixture.handle(fixture.next(100));

        assertThat(fixture.letters(DeadLetter.Status.WAITING)).hasSize(15);
        assertThat(fixture.letters(DeadLetter.Status.WAITING))
                .isSortedAccordingTo(
                        Comparator.comparing(letter -> letter.event().position()));
    }

    @Test
    void nothing_is_looked_up_while_nothing_is_parked() {
        CountingDataSource counting = new CountingDataSource(database.dataSource());
        ParkingFixture fixture = new ParkingFixture(database);
        DeadLetterParking parking = new DeadLetterParking(
                fixture.projection, 0, 1023, ParkingOrder.BY_AGGREGATE, counting, TestDatabase.SCHEMA);
        parking.restart();
        int before = counting.statements();

        for (int i = 0; i < 100; i++) {
            assertThat(parking.among(Set.of(UUID.randomUUID()))).isEmpty();
        }
        assertThat(counting.statements()).isEqualTo(before);

        UUID account = UUID.randomUUID();
        fixture.append(account, 1);
        StoredEvent event = fixture.next(1).get(0);
        fixture.park(event, new IllegalStateException("broken"));
        parking.restart();
        before = counting.statements();

        assertThat(parking.among(Set.of(account, UUID.randomUUID()))).containsExactly(account);
        assertThat(counting.statements()).isEqualTo(before + 1);

        fixture.replay().replay(fixture.all(), 10);
        assertThat(parking.among(Set.of(account))).isEmpty();
        before = counting.statements();
        assertThat(parking.among(Set.of(account))).isEmpty();
        assertThat(counting.statements())
                .as("one look has found that nothing is parked any more")
                .isEqualTo(before);
    }

    @Test
    void a_segment_looks_up_nothing_for_what_is_parked_in_another() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = UUID.randomUUID();
        fixture.append(account, 1);
        fixture.failAt(account, 1);
        fixture.drain();
        short bucket = Bucket.of(account);
        CountingDataSource counting = new CountingDataSource(database.dataSource());
        DeadLetterParking other = new DeadLetterParking(
                fixture.projection,
                bucket == 0 ? 1 : 0,
                bucket == 0 ? 1023 : bucket - 1,
                ParkingOrder.BY_AGGREGATE,
                counting,
                TestDatabase.SCHEMA);
        other.restart();
        int before = counting.statements();

        assertThat(other.among(Set.of(UUID.randomUUID()))).isEmpty();
        assertThat(counting.statements()).isEqualTo(before);
    }

    @Test
    void what_a_batch_has_parked_is_gone_when_it_is_rolled_back_and_looked_up_when_it_is_committed() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = UUID.randomUUID();
        fixture.append(account, 1);
        StoredEvent event = fixture.next(1).get(0);

        database.transaction().executeWithoutResult(status -> {
            fixture.parking.park(event, fixture.info(event, new IllegalStateException("broken")), null);
            status.setRollbackOnly();
        });
        assertThat(fixture.letters()).isEmpty();
        assertThat(fixture.isParked(account)).isFalse();
        assertThat(fixture.parking.among(Set.of(account))).isEmpty();

        fixture.park(event, new IllegalStateException("broken"));
        assertThat(fixture.parking.among(Set.of(account))).containsExactly(account);
    }

    @Test
    void parking_outside_the_transaction_of_the_checkpoint_is_refused() {
        ParkingFixture fixture = new ParkingFixture(database);
        fixture.append(UUID.randomUUID(), 1);
        StoredEvent event = fixture.next(1).get(0);

        assertThatIllegalStateException()
                .isThrownBy(() -> fixture.parking.park(event, fixture.info(event, new RuntimeException()), null))
                .withMessageContaining("transaction");
        assertThatIllegalStateException().isThrownBy(() -> fixture.parking.parkBehind(List.of(event)));
        assertThat(fixture.letters()).isEmpty();
    }

    @Test
    void an_event_that_the_log_does_not_hold_is_not_parked() {
        ParkingFixture fixture = new ParkingFixture(database);
        fixture.append(UUID.randomUUID(), 1);
        StoredEvent stored = fixture.next(1).get(0);
        StoredEvent ghost = new StoredEvent(
                new EventHeader(
                        stored.position(),
                        UUID.randomUUID(),
                        stored.aggregateId(),
                        stored.aggregateType(),
                        stored.version(),
                        new EventRevision(stored.eventType(), stored.revision()),
                        stored.timestamp(),
                        stored.createdAt(),
                        stored.metadata()),
                stored.payload());

        assertThatExceptionOfType(EventSourceException.class)
                .isThrownBy(() -> fixture.park(ghost, new IllegalStateException("broken")))
                .withMessageContaining("no longer holds");
        assertThat(fixture.letters()).isEmpty();
        assertThat(fixture.checkpoint()).isLessThan(stored.position());
    }

    @Test
    void two_events_with_one_id_are_both_parked() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID id = UUID.randomUUID();
        for (int i = 0; i < 2; i++) {
            database.store()
                    .append(new StreamAppend(
                            "account",
                            UUID.randomUUID(),
                            ExpectedVersion.any(),
                            null,
                            EventMetadata.none(),
                            List.of(new NewEvent(new Deposited(i), id, null, null))));
        }
        fixture.handlers.before = event -> {
            throw new IllegalStateException("all fail");
        };

        fixture.drain();

        assertThat(fixture.letters())
                .hasSize(2)
                .allMatch(letter -> letter.event().eventId().equals(id));
    }

    @Test
    void without_order_later_events_are_handled_and_nothing_is_looked_up() {
        ParkingFixture fixture = new ParkingFixture(database, ParkingOrder.NONE, Delivery.EXACTLY_ONCE);
        UUID account = UUID.randomUUID();
        fixture.append(account, 3);
        fixture.failAt(account, 2);

        fixture.drain();

        assertThat(fixture.effects(account)).containsExactly(1L, 3L);
        assertThat(fixture.letters()).hasSize(1);
        assertThat(fixture.isParked(account)).isFalse();
        fixture.mend();
        assertThat(fixture.replay().replay(fixture.all(), 10).resolved()).isEqualTo(1);
        assertThat(fixture.effects(account)).containsExactly(1L, 3L, 2L);
    }

    @Test
    void a_reset_discards_what_is_open_and_events_that_fail_again_are_opened_again() {
        ParkingFixture fixture = new ParkingFixture(database);
        UUID account = UUID.randomUUID();
        fixture.append(account, 3);
        fixture.failAt(account, 2);
        fixture.drain();
        StoredEvent poison = fixture.letters(DeadLetter.Status.FAILED).get(0).event();

        int forgotten = Objects.requireNonNull(new TransactionTemplate(database.transactionManager())
                .execute(status -> fixture.parking.forget("ann", "rebuild")));

        assertThat(forgotten).isEqualTo(2);
        assertThat(fixture.isParked(account)).isFalse();
        assertThat(fixture.letters()).allSatisfy(letter -> {
            assertThat(letter.status()).isEqualTo(DeadLetter.Status.DISCARDED);
            assertThat(Objects.requireNonNull(letter.resolution()).by()).isEqualTo("ann");
        });

        database.transaction()
                .executeWithoutResult(status -> fixture.parking.park(
                        poison, fixture.info(poison, new IllegalArgumentException("again")), Duration.ofMinutes(1)));

        DeadLetter reopened = fixture.letters(DeadLetter.Status.FAILED).get(0);
        assertThat(Objects.requireNonNull(reopened.failure()).errorMessage()).isEqualTo("again");
        assertThat(reopened.resolution()).isNull();
        assertThat(reopened.attempts().nextAt()).isNotNull();
    }
}
