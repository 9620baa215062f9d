package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.TransactionDefinition;

/** Entries that an operator closes instead of having them handled. */
@OnEachPostgres
class DeadLetterClosingIT extends ReplayFixture {

    DeadLetterClosingIT(TestDatabase database) {
        super(database);
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
}
