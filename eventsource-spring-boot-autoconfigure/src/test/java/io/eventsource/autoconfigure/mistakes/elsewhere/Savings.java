package io.eventsource.autoconfigure.mistakes.elsewhere;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.autoconfigure.account.Deposited;
import java.util.UUID;

/** In a package that no application here searches by itself. */
@AggregateType("Savings")
public final class Savings extends AggregateRoot<Long, Deposited> {

    Savings(UUID id) {
        super(id, 0L);
    }

    @Override
    protected Long evolve(Long balance, Deposited event) {
        return balance + event.amount();
    }
}
