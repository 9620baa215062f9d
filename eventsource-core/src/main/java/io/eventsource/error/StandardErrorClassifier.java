package io.eventsource.error;

import static io.eventsource.error.ErrorCategory.APPLICATION;
import static io.eventsource.error.ErrorCategory.INFRASTRUCTURE;
import static io.eventsource.error.ErrorCategory.PERMANENT;
import static io.eventsource.error.ErrorCategory.TRANSIENT;
import static io.eventsource.error.ErrorSeverity.CRITICAL;
import static io.eventsource.error.ErrorSeverity.HIGH;
import static io.eventsource.error.ErrorSeverity.LOW;
import static io.eventsource.error.ErrorSeverity.MEDIUM;

import io.eventsource.event.EventDecodingException;
import io.eventsource.event.EventEncodingException;
import io.eventsource.event.InvalidEventTypeException;
import io.eventsource.store.EventTooLargeException;
import io.eventsource.store.InvalidAppendException;
import io.eventsource.store.StreamMismatchException;
import io.eventsource.store.TenantMismatchException;
import io.eventsource.store.VersionConflictException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionTimedOutException;

/** What the library knows by itself. */
final class StandardErrorClassifier implements ErrorClassifier {

    private record Rule(Class<?> type, ErrorClassification classification) {}

    /** The first that fits counts, so that subclasses stand before their superclasses. */
    private static final List<Rule> RULES = List.of(
            rule(EventTooLargeException.class, TRANSIENT, HIGH),
            rule(EventDecodingException.class, PERMANENT, HIGH),
            rule(EventEncodingException.class, PERMANENT, HIGH),
            rule(InvalidEventTypeException.class, PERMANENT, HIGH),
            rule(InvalidAppendException.class, PERMANENT, HIGH),
            rule(StreamMismatchException.class, PERMANENT, HIGH),
            rule(TenantMismatchException.class, PERMANENT, HIGH),
            rule(VersionConflictException.class, TRANSIENT, LOW),
            rule(SQLTransientConnectionException.class, INFRASTRUCTURE, HIGH),
            rule(SQLNonTransientConnectionException.class, INFRASTRUCTURE, HIGH),
            rule(SQLRecoverableException.class, INFRASTRUCTURE, HIGH),
            rule(SQLTransientException.class, TRANSIENT, LOW),
            rule(TransientDataAccessException.class, TRANSIENT, LOW),
            rule(RecoverableDataAccessException.class, INFRASTRUCTURE, HIGH),
            rule(DataAccessResourceFailureException.class, INFRASTRUCTURE, HIGH),
            rule(NonTransientDataAccessException.class, PERMANENT, MEDIUM),
            rule(CannotCreateTransactionException.class, INFRASTRUCTURE, HIGH),
            rule(TransactionTimedOutException.class, TRANSIENT, MEDIUM),
            rule(ConnectException.class, INFRASTRUCTURE, HIGH),
            rule(UnknownHostException.class, INFRASTRUCTURE, HIGH),
            rule(SocketException.class, INFRASTRUCTURE, HIGH),
            rule(TimeoutException.class, TRANSIENT, MEDIUM),
            rule(java.io.InterruptedIOException.class, TRANSIENT, MEDIUM),
            rule(java.io.IOException.class, TRANSIENT, MEDIUM),
            rule(InterruptedException.class, TRANSIENT, LOW),
            rule(ConcurrentModificationException.class, APPLICATION, MEDIUM),
            rule(NoSuchElementException.class, APPLICATION, MEDIUM),
            rule(NullPointerException.class, APPLICATION, MEDIUM),
            rule(IllegalArgumentException.class, APPLICATION, MEDIUM),
            rule(IllegalStateException.class, APPLICATION, MEDIUM),
            rule(ClassCastException.class, APPLICATION, MEDIUM),
            rule(ArithmeticException.class, APPLICATION, MEDIUM),
            rule(IndexOutOfBoundsException.class, APPLICATION, MEDIUM),
            rule(UnsupportedOperationException.class, APPLICATION, MEDIUM),
            rule(AssertionError.class, APPLICATION, HIGH),
            rule(StackOverflowError.class, APPLICATION, HIGH),
            rule(LinkageError.class, APPLICATION, CRITICAL),
            rule(VirtualMachineError.class, INFRASTRUCTURE, CRITICAL));

    private static Rule rule(Class<?> type, ErrorCategory category, ErrorSeverity severity) {
        return new Rule(type, new ErrorClassification(category, severity));
    }

    @Override
    public ErrorClassification classify(Throwable error) {
        List<Throwable> chain = CauseChain.of(error);
        return Stream.<Function<Throwable, @Nullable ErrorClassification>>of(
                        StandardErrorClassifier::byItself,
                        StandardErrorClassifier::bySqlState,
                        StandardErrorClassifier::byType)
                .flatMap(way -> chain.stream().map(way))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(ErrorClassification.UNKNOWN);
    }

    private static @Nullable ErrorClassification byItself(Throwable error) {
        return error instanceof ClassifiedError classified ? classified.classification() : null;
    }

    private static @Nullable ErrorClassification bySqlState(Throwable error) {
        return error instanceof SQLException sql ? SqlStates.classify(sql.getSQLState()) : null;
    }

    private static @Nullable ErrorClassification byType(Throwable error) {
        // a transaction that could not even be rolled back has lost its connection, whatever the pool says of it
        if (error instanceof TransactionSystemException lost && lost.getApplicationException() != null) {
            return new ErrorClassification(INFRASTRUCTURE, HIGH);
        }
        for (Rule rule : RULES) {
            if (rule.type().isInstance(error)) {
                return rule.classification();
            }
        }
        return null;
    }
}
