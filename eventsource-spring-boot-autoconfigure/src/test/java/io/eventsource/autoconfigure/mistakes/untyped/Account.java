package io.eventsource.autoconfigure.mistakes.untyped;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.autoconfigure.account.Deposited;
import java.util.UUID;

final class Account extends AggregateRoot<Long, Deposited> {

    Account(UUID id) {
        super(id, 0L);
    }

    @Override
    protected Long evolve(Long balance, Deposited event) {
        return balance + event.amount();
    }
}
