package io.eventsource.benchmarks;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import java.util.UUID;

/** Folds lines into a total. */
@AggregateType("order")
final class Order extends AggregateRoot<Long, OrderLineAdded> {

    Order(UUID id) {
        super(id, 0L);
    }

    @Override
    protected Long evolve(Long total, OrderLineAdded line) {
        return total + line.totalCents();
    }
}
