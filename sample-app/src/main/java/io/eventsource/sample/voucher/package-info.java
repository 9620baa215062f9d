/** Vouchers, as functions: commands are decided on, events change the state. */
@NullMarked
package io.eventsource.sample.voucher;

import org.jspecify.annotations.NullMarked;
