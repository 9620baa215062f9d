package io.eventsource.autoconfigure.invalid.constructor;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import java.util.UUID;

@AggregateType("Savings")
final class AccountWithoutConstructor extends AggregateRoot<Long, Object> {

    AccountWithoutConstructor() {
        super(UUID.randomUUID(), 0L);
    }

    @Override
    protected Long evolve(Long balance, Object event) {
        return balance;
    }
}
