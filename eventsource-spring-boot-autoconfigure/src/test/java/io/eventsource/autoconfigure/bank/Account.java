package io.eventsource.autoconfigure.bank;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.autoconfigure.bank.AccountEvent.Deposited;
import io.eventsource.autoconfigure.bank.AccountEvent.Opened;
import java.util.UUID;

/** An account. */
@AggregateType("BankAccount")
final class Account extends AggregateRoot<Integer, AccountEvent> {

    Account(UUID id) {
        super(id, 0);
    }

    void open(String owner) {
        raise(new Opened(owner));
    }

    void deposit(int amount) {
        raise(new Deposited(amount));
    }

    @Override
    protected Integer evolve(Integer balance, AccountEvent event) {
        return event instanceof Deposited deposited ? balance + deposited.amount() : balance;
    }
}
