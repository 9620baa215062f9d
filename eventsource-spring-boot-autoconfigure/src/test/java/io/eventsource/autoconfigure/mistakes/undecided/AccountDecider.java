package io.eventsource.autoconfigure.mistakes.undecided;

import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.Decider;
import io.eventsource.autoconfigure.account.Deposited;
import java.util.List;

@AggregateType("Savings")
final class AccountDecider implements Decider<String, Long, Deposited> {

    @Override
    public Long initialState() {
        return 0L;
    }

    @Override
    public List<Deposited> decide(String command, Long balance) {
        return List.of();
    }

    @Override
    public Long evolve(Long balance, Deposited event) {
        return balance + event.amount();
    }
}
