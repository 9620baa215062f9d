package io.eventsource.sample.voucher;

import io.eventsource.event.EventType;
import java.math.BigDecimal;

/** Something that happened to a voucher. */
public sealed interface VoucherEvent {

    /**
     * Folds this event into a state.
     *
     * @param state the state before
     * @return the state after
     */
    VoucherState applyTo(VoucherState state);

    /**
     * Somebody bought the voucher.
     *
     * @param amount what it is worth
     */
    @EventType("voucher.issued")
    record VoucherIssued(BigDecimal amount) implements VoucherEvent {

        @Override
        public VoucherState applyTo(VoucherState state) {
            return new VoucherState(true, amount);
        }
    }

    /**
     * Somebody paid with the voucher.
     *
     * @param amount how much
     */
    @EventType("voucher.redeemed")
    record VoucherRedeemed(BigDecimal amount) implements VoucherEvent {

        @Override
        public VoucherState applyTo(VoucherState state) {
            return new VoucherState(true, state.balance().subtract(amount));
        }
    }
}
