package io.eventsource.autoconfigure.invalid.abstraction;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import java.util.UUID;

@AggregateType("Savings")
abstract class AbstractAccount extends AggregateRoot<Long, Object> {

    AbstractAccount(UUID id) {
        super(id, 0L);
    }
}
