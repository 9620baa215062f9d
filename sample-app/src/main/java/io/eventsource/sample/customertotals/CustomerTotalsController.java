package io.eventsource.sample.customertotals;

import io.eventsource.sample.problem.StorableText;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The totals of customers, by customer id; the next page begins behind the last id of the one before. */
@RestController
@RequestMapping("/customer-totals")
final class CustomerTotalsController {

    private final CustomerTotalsRepository totals;

    CustomerTotalsController(CustomerTotalsRepository totals) {
        this.totals = totals;
    }

    @GetMapping
    List<CustomerTotals> page(
            @RequestParam(defaultValue = "") @StorableText String after,
            @RequestParam(defaultValue = "1000") @Min(1) @Max(1_000) int size) {
        return totals.findBehind(after, size);
    }

    @GetMapping("/{customerId}")
    CustomerTotals one(@PathVariable @StorableText String customerId) {
        return totals.findById(customerId)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.NOT_FOUND, "There are no orders of the customer " + customerId + "."));
    }
}
