package io.eventsource.autoconfigure.scanned.domain;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import java.util.UUID;

@AggregateType("Rental")
public final class Rental extends AggregateRoot<String, Rented> {

    Rental(UUID id) {
        super(id, "");
    }

    public void rent(String customer) {
        raise(new Rented(customer));
    }

    @Override
    protected String evolve(String customer, Rented event) {
        return event.customer();
    }
}
