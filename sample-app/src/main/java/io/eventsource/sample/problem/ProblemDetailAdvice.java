package io.eventsource.sample.problem;

import io.eventsource.aggregate.AggregateNotFoundException;
import io.eventsource.failure.FailureText;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.sample.order.IdempotencyKeyReusedException;
import io.eventsource.sample.order.IllegalOrderTransitionException;
import io.eventsource.sample.order.StaleOrderException;
import io.eventsource.sample.order.UnknownOrderVersionException;
import io.eventsource.sample.voucher.VoucherRefusedException;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.VersionConflictException;
import java.sql.SQLTransientConnectionException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.validation.FieldError;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Answers every failure with a problem detail: what the caller can act on is in it, the service's internals are not. */
@RestControllerAdvice
final class ProblemDetailAdvice extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemDetailAdvice.class);
    private static final String RETRY_AFTER_SECONDS = "1";

    @ExceptionHandler
    ProblemDetail handle(AggregateNotFoundException failure) {
        String type = failure.aggregateType().toLowerCase(Locale.ROOT);
        ProblemDetail problem = problem(HttpStatus.NOT_FOUND, "Unknown " + type, failure.getMessage());
        problem.setProperty(type + "Id", failure.aggregateId());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail handle(UnknownOrderVersionException failure) {
        return problem(HttpStatus.NOT_FOUND, "Unknown version", failure.getMessage());
    }

    @ExceptionHandler
    ProblemDetail handle(IllegalOrderTransitionException failure) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "Illegal transition", failure.getMessage());
        problem.setProperty("orderId", failure.orderId());
        problem.setProperty("orderStatus", failure.status());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail handle(VoucherRefusedException failure) {
        return problem(HttpStatus.CONFLICT, "Voucher refused", failure.getMessage());
    }

    @ExceptionHandler
    ProblemDetail handle(StreamMismatchException failure) {
        return problem(HttpStatus.CONFLICT, "Id of something else", failure.getMessage());
    }

    @ExceptionHandler
    ProblemDetail handle(VersionConflictException failure) {
        ProblemDetail problem = problem(HttpStatus.CONFLICT, "Version conflict", failure.getMessage());
        if (failure.expected() instanceof ExpectedVersion.Exact exact) {
            problem.setProperty("expected", exact.version());
        }
        problem.setProperty("actual", failure.actualVersion());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail handle(StaleOrderException failure) {
        ProblemDetail problem = problem(HttpStatus.PRECONDITION_FAILED, "Version conflict", failure.getMessage());
        problem.setProperty("expected", failure.expectedVersion());
        problem.setProperty("actual", failure.actualVersion());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail handle(IdempotencyKeyReusedException failure) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "Idempotency key reused", failure.getMessage());
    }

    @ExceptionHandler
    ProblemDetail handle(EventEncodingException failure) {
        return problem(
                HttpStatus.BAD_REQUEST,
                "Text that cannot be stored",
                "A text in the request holds the character U+0000 or half of a surrogate pair.");
    }

    /** Whatever nobody foresaw. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> handleOther(Exception failure) {
        if (databaseOutOfReach(failure)) {
            log.warn("Answering 503, the database is out of reach: {}", failure.getMessage());
            return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                    .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                    .body(
                            problem(
                                    HttpStatus.SERVICE_UNAVAILABLE,
                                    "Database out of reach",
                                    "The database does not answer. A request that changes something may or may not have taken effect."));
        }
        log.error("Answering 500", FailureText.trace(failure));
        return ResponseEntity.internalServerError()
                .body(problem(
                        HttpStatus.INTERNAL_SERVER_ERROR, "Internal error", "The service failed. Its log says why."));
    }

    private static boolean databaseOutOfReach(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataAccessResourceFailureException
                    || cause instanceof TransientDataAccessResourceException
                    || cause instanceof CannotCreateTransactionException
                    || cause instanceof SQLTransientConnectionException) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ProblemDetail problem = problem(HttpStatus.BAD_REQUEST, "Invalid request", "The body has invalid fields.");
        problem.setProperty(
                "errors",
                failure.getBindingResult().getFieldErrors().stream()
                        .map(ProblemDetailAdvice::describe)
                        .toList());
        return handleExceptionInternal(failure, problem, headers, HttpStatus.BAD_REQUEST, request);
    }

    private static Map<String, String> describe(FieldError error) {
        return error(error.getField(), error.getDefaultMessage());
    }

    private static Map<String, String> error(String field, @Nullable String message) {
        Map<String, String> description = new LinkedHashMap<>();
        description.put("field", field);
        description.put("message", String.valueOf(message));
        return description;
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Map<String, String>> errors = failure.getParameterValidationResults().stream()
                .flatMap(result -> result.getResolvableErrors().stream()
                        .map(each ->
                                error(String.valueOf(result.getMethodParameter().getParameterName()), message(each))))
                .toList();
        ProblemDetail problem = problem(HttpStatus.BAD_REQUEST, "Invalid request", "The request has invalid values.");
        problem.setProperty("errors", errors);
        return handleExceptionInternal(failure, problem, headers, HttpStatus.BAD_REQUEST, request);
    }

    private static @Nullable String message(MessageSourceResolvable error) {
        return error instanceof FieldError field
                ? field.getField() + " " + field.getDefaultMessage()
                : error.getDefaultMessage();
    }

    private static ProblemDetail problem(HttpStatus status, String title, @Nullable String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, String.valueOf(detail));
        problem.setTitle(title);
        return problem;
    }
}
