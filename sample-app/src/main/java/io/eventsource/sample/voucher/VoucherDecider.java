package io.eventsource.sample.voucher;

import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.Decider;
import java.util.List;
import org.springframework.stereotype.Component;

/** A voucher: worth something until it is used up. */
@Component
@AggregateType("Voucher")
final class VoucherDecider implements Decider<VoucherCommand, VoucherState, VoucherEvent> {

    @Override
    public VoucherState initialState() {
        return VoucherState.initial();
    }

    @Override
    public List<VoucherEvent> decide(VoucherCommand command, VoucherState state) {
        return command.decide(state);
    }

    @Override
    public VoucherState evolve(VoucherState state, VoucherEvent event) {
        return event.applyTo(state);
    }
}
