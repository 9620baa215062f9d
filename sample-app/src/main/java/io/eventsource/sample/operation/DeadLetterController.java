package io.eventsource.sample.operation;

import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.event.OperatorNote;
import io.eventsource.sample.problem.StorableText;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The events that projections could not handle. */
@RestController
@RequestMapping("/dead-letters")
final class DeadLetterController {

    private final DeadLetterRepository letters;
    private final ObjectProvider<DeadLetterReplay> replay;

    DeadLetterController(DeadLetterRepository letters, ObjectProvider<DeadLetterReplay> replay) {
        this.letters = letters;
        this.replay = replay;
    }

    record Decision(
            @NotBlank @Size(max = OperatorNote.MAX_OPERATOR) @StorableText String operator,
            @NotBlank @StorableText String reason) {}

    record Replayed(int resolved, int failed, int skipped, boolean limitReached) {

        static Replayed of(DeadLetterReplay.Result result) {
            return new Replayed(result.resolved(), result.failed(), result.skipped(), result.limitReached());
        }
    }

    /** Those that are open, in the order in which they were parked; the next page begins behind the last id of the one before. */
    @GetMapping
    List<DeadLetterView> open(
            @RequestParam(required = false) @StorableText @Nullable String projection,
            @RequestParam(defaultValue = "0") @Min(0) long after,
            @RequestParam(defaultValue = "100") @Min(1) @Max(DeadLetterRepository.MAX_PAGE) int size) {
        return letters.list(filter(projection), after, size).stream()
                .map(DeadLetterView::of)
                .toList();
    }

    /** Handles them again now. */
    @PostMapping("/replay")
    Replayed replay(
            @RequestParam(required = false) @StorableText @Nullable String projection,
            @RequestParam(defaultValue = "100") @Min(1) @Max(DeadLetterRepository.MAX_PAGE) int limit) {
        DeadLetterReplay available = replay.getIfAvailable();
        if (available == null) {
            throw new ResponseStatusException(
                    HttpStatus.SERVICE_UNAVAILABLE, "This instance drives no projections. Ask one that does.");
        }
        return Replayed.of(available.replay(filter(projection), limit));
    }

    /** Closes one that is not to be handled. */
    @PostMapping("/{id}/discard")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void discard(@PathVariable long id, @RequestBody @Valid Decision decision) {
        if (!letters.discard(id, decision.operator(), decision.reason())) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no open dead letter " + id + ".");
        }
    }

    private static DeadLetterRepository.Filter filter(@Nullable String projection) {
        return projection == null
                ? DeadLetterRepository.Filter.OPEN
                : DeadLetterRepository.Filter.OPEN.withProjection(projection);
    }
}
