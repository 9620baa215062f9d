package io.eventsource.autoconfigure.account;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import java.util.UUID;

/** The state is the balance. */
@AggregateType(value = "Account", stateVersion = 1)
public final class Account extends AggregateRoot<Long, Deposited> {

    Account(UUID id) {
        super(id, 0L);
    }

    public void deposit(long amount) {
        raise(new Deposited(amount));
    }

    @Override
    protected Long evolve(Long balance, Deposited deposited) {
        return balance + deposited.amount();
    }
}
