package io.eventsource.sample.voucher;

import io.eventsource.aggregate.AggregateRepository.AggregateState;
import io.eventsource.aggregate.DeciderRepository;
import io.eventsource.sample.voucher.VoucherCommand.IssueVoucher;
import io.eventsource.sample.voucher.VoucherCommand.RedeemVoucher;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotNull;
import java.math.BigDecimal;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Commands on vouchers. Whoever comes second is decided on again, on what the first has left. */
@RestController
@RequestMapping("/vouchers/{id}")
final class VoucherController {

    private final DeciderRepository<VoucherCommand, VoucherState, VoucherEvent> vouchers;

    VoucherController(DeciderRepository<VoucherCommand, VoucherState, VoucherEvent> vouchers) {
        this.vouchers = vouchers;
    }

    record Amount(@NotNull @DecimalMin("0.01") @Digits(integer = 6, fraction = 2) BigDecimal amount) {}

    record VoucherView(UUID id, long version, BigDecimal balance) {

        static VoucherView of(AggregateState<VoucherState> voucher) {
            return new VoucherView(
                    voucher.id(), voucher.version(), voucher.state().balance());
        }
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    VoucherView issue(@PathVariable UUID id, @RequestBody @Valid Amount request) {
        return VoucherView.of(vouchers.execute(id, new IssueVoucher(request.amount())));
    }

    @PostMapping("/redemptions")
    VoucherView redeem(@PathVariable UUID id, @RequestBody @Valid Amount request) {
        return VoucherView.of(vouchers.execute(id, new RedeemVoucher(request.amount())));
    }

    @GetMapping
    VoucherView get(@PathVariable UUID id) {
        return VoucherView.of(vouchers.load(id));
    }
}
