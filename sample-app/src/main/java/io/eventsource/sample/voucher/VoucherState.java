package io.eventsource.sample.voucher;

import java.math.BigDecimal;

/**
 * What is known of a voucher.
 *
 * @param issued whether there is one
 * @param balance what it is still worth
 */
public record VoucherState(boolean issued, BigDecimal balance) {

    static VoucherState initial() {
        return new VoucherState(false, BigDecimal.ZERO);
    }
}
