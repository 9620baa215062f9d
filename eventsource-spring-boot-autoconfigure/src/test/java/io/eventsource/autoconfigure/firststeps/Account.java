package io.eventsource.autoconfigure.firststeps;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import java.math.BigDecimal;
import java.util.UUID;

@AggregateType("Account")
final class Account extends AggregateRoot<BigDecimal, Deposited> {

    Account(UUID id) {
        super(id, BigDecimal.ZERO);
    }

    void deposit(BigDecimal amount) {
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("A deposit must be positive");
        }
        raise(new Deposited(amount));
    }

    @Override
    protected BigDecimal evolve(BigDecimal balance, Deposited event) {
        return balance.add(event.amount());
    }
}
