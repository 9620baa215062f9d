package io.eventsource.aggregate;

import io.eventsource.testing.TestEvents.AccountEvent;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.util.UUID;

/** An account with snapshots. */
@AggregateType(value = "ledger", stateVersion = 2)
class Ledger extends AggregateRoot<Ledger.Balance, AccountEvent> {

    record Balance(long amount, int bookings, String currency) {

        Balance(long amount, int bookings) {
            this(amount, bookings, "EUR");
        }

        Balance after(AccountEvent event) {
            return event instanceof Deposited deposited
                    ? new Balance(amount + deposited.amount(), bookings + 1)
                    : new Balance(amount - ((Withdrawn) event).amount(), bookings + 1);
        }

        /** Computed, and so not a part of what is kept. */
        public boolean isOverdrawn() {
            return amount < 0;
        }
    }

    Ledger(UUID id) {
        super(id, new Balance(0, 0));
    }

    void deposit(long amount) {
        raise(new Deposited(amount));
    }

    @Override
    protected Balance evolve(Balance state, AccountEvent event) {
        return state.after(event);
    }
}
