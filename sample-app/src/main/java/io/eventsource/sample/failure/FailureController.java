package io.eventsource.sample.failure;

import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Tells projections to fail, and to work again. */
@RestController
@RequestMapping("/failures")
final class FailureController {

    private final ToldFailures failures;

    FailureController(ToldFailures failures) {
        this.failures = failures;
    }

    @GetMapping
    Map<String, ToldFailure> all() {
        return failures.all();
    }

    @PutMapping("/{projection}")
    ToldFailure tell(@PathVariable String projection, @RequestBody ToldFailure failure) {
        failures.tell(projection, failure);
        return failure;
    }

    @DeleteMapping("/{projection}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void mend(@PathVariable String projection) {
        failures.mend(projection);
    }
}
