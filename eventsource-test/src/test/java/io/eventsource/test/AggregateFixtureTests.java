package io.eventsource.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AggregateFixtureTests {

    record Deposited(int amount) {}

    @AggregateType("account")
    static final class Account extends AggregateRoot<Integer, Deposited> {

        Account(UUID id) {
            super(id, 0);
        }

        void deposit(int amount) {
            if (amount <= 0) {
                throw new IllegalArgumentException("a deposit is positive");
            }
            raise(new Deposited(amount));
        }

        @Override
        protected Integer evolve(Integer state, Deposited event) {
            return state + event.amount();
        }
    }

    private final AggregateFixture<Account> account = AggregateFixture.of(Account.class);

    @Test
    void raisedEventsAreCompared() {
        account.given(new Deposited(1)).when(a -> a.deposit(2)).thenRaised(new Deposited(2));
    }

    @Test
    void historyIsFoldedBeforeTheCommand() {
        account.given(new Deposited(1), new Deposited(4))
                .when(a -> a.deposit(2))
                .then(a -> assertThat(a.state()).isEqualTo(7))
                .then(a -> assertThat(a.version()).isEqualTo(2));
    }

    @Test
    void refusalIsHandedOut() {
        account.when(a -> a.deposit(-1))
                .thenRefused(IllegalArgumentException.class)
                .hasMessageContaining("positive");
    }

    @Test
    void otherEventsThanExpectedFailTheTest() {
        var outcome = account.when(a -> a.deposit(2));
        assertThatThrownBy(() -> outcome.thenRaised(new Deposited(3))).isInstanceOf(AssertionError.class);
        assertThatThrownBy(outcome::thenNothing).isInstanceOf(AssertionError.class);
    }

    @Test
    void unexpectedRefusalFailsTheTest() {
        var outcome = account.when(a -> a.deposit(0));
        assertThatThrownBy(outcome::thenNothing).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> outcome.then(a -> {})).isInstanceOf(AssertionError.class);
    }

    @Test
    void missingRefusalFailsTheTest() {
        var outcome = account.when(a -> {});
        assertThatThrownBy(() -> outcome.thenRefused(RuntimeException.class)).isInstanceOf(AssertionError.class);
    }
}
