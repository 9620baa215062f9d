package io.eventsource.sample.voucher;

import io.eventsource.sample.voucher.VoucherEvent.VoucherIssued;
import io.eventsource.sample.voucher.VoucherEvent.VoucherRedeemed;
import java.math.BigDecimal;
import java.util.List;

/** What can be asked of a voucher. */
public sealed interface VoucherCommand {

    /**
     * Decides on this command.
     *
     * @param state the voucher
     * @return what happens
     * @throws VoucherRefusedException when it is not allowed
     */
    List<VoucherEvent> decide(VoucherState state);

    /**
     * Issue a voucher.
     *
     * @param amount what it is worth
     */
    record IssueVoucher(BigDecimal amount) implements VoucherCommand {

        @Override
        public List<VoucherEvent> decide(VoucherState state) {
            if (state.issued()) {
                throw new VoucherRefusedException("The voucher is issued already.");
            }
            return List.of(new VoucherIssued(amount));
        }
    }

    /**
     * Pay with a voucher.
     *
     * @param amount how much
     */
    record RedeemVoucher(BigDecimal amount) implements VoucherCommand {

        @Override
        public List<VoucherEvent> decide(VoucherState state) {
            if (amount.compareTo(state.balance()) > 0) {
                throw new VoucherRefusedException(
                        "The voucher is worth %s: %s cannot be paid with it.".formatted(state.balance(), amount));
            }
            return List.of(new VoucherRedeemed(amount));
        }
    }
}
