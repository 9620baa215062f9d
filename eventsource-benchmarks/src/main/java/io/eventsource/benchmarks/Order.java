package io.eventsource.benchmarks;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import java.util.UUID;

/** Folds lines into a total. */
@AggregateType(value = "order", stateVersion = 1)
final class Order extends AggregateRoot<Long, OrderLineAdded> {

    Order(UUID id) {
        super(id, 0L);
    }

    void add(OrderLineAdded line) {
        raise(line);
    }

    @Override
    protected Long evolve(Long total, OrderLineAdded line) {
        return total + line.totalCents();
    }
}
