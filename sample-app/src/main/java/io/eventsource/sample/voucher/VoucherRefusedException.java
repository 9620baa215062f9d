package io.eventsource.sample.voucher;

import java.io.Serial;

/** A voucher does not allow what was asked of it. */
public final class VoucherRefusedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    VoucherRefusedException(String reason) {
        super(reason);
    }
}
