package io.eventsource.error;

import static io.eventsource.error.ErrorClassification.Category.APPLICATION;
import static io.eventsource.error.ErrorClassification.Category.INFRASTRUCTURE;
import static io.eventsource.error.ErrorClassification.Category.PERMANENT;
import static io.eventsource.error.ErrorClassification.Category.TRANSIENT;
import static io.eventsource.error.ErrorClassification.Severity.CRITICAL;
import static io.eventsource.error.ErrorClassification.Severity.HIGH;
import static io.eventsource.error.ErrorClassification.Severity.LOW;
import static io.eventsource.error.ErrorClassification.Severity.MEDIUM;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.event.EventDecodingException;
import io.eventsource.failure.CauseChain;
import io.eventsource.log.LogReader.EventTooLargeException;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.store.AppendException.InvalidAppendException;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.store.AppendFailedException;
import io.eventsource.store.TenantMismatchException;
import io.eventsource.store.VersionConflictException;
import java.io.IOException;
import java.lang.reflect.InaccessibleObjectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.KeyStoreException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.naming.CommunicationException;
import javax.naming.NoInitialContextException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanDefinitionStoreException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.dao.IncorrectUpdateSemanticsDataAccessException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.TypeMismatchDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.TransactionUsageException;

/** What the library knows by itself. */
final class StandardErrorClassifier implements ErrorClassifier {

    private record Rule(Class<?> type, ErrorClassification classification) {}

    /**
     * Types that say by themselves whether the event or what every event needs is at fault. The first that fits counts, so that subclasses
     * stand before their superclasses.
     */
    private static final List<Rule> TELLING = List.of(
            rule(EventTooLargeException.class, TRANSIENT, HIGH),
            rule(EventDecodingException.class, PERMANENT, HIGH),
            rule(EventEncodingException.class, PERMANENT, HIGH),
            rule(InvalidDeclarationException.class, PERMANENT, HIGH),
            rule(InvalidAppendException.class, PERMANENT, HIGH),
            rule(StreamMismatchException.class, PERMANENT, HIGH),
            rule(TenantMismatchException.class, PERMANENT, HIGH),
            rule(VersionConflictException.class, TRANSIENT, LOW),
            rule(SQLTransientConnectionException.class, INFRASTRUCTURE, HIGH),
            rule(SQLNonTransientConnectionException.class, INFRASTRUCTURE, HIGH),
            rule(SQLInvalidAuthorizationSpecException.class, INFRASTRUCTURE, CRITICAL),
            rule(SQLRecoverableException.class, INFRASTRUCTURE, HIGH),
            rule(SQLTransientException.class, TRANSIENT, LOW),
            rule(TransientDataAccessException.class, TRANSIENT, LOW),
            rule(RecoverableDataAccessException.class, INFRASTRUCTURE, HIGH),
            rule(NonTransientDataAccessResourceException.class, INFRASTRUCTURE, HIGH),
            rule(PermissionDeniedDataAccessException.class, INFRASTRUCTURE, CRITICAL),
            rule(IncorrectUpdateSemanticsDataAccessException.class, APPLICATION, MEDIUM),
            rule(TypeMismatchDataAccessException.class, APPLICATION, MEDIUM),
            rule(InvalidDataAccessResourceUsageException.class, APPLICATION, HIGH),
            rule(NonTransientDataAccessException.class, PERMANENT, MEDIUM),
            rule(CannotCreateTransactionException.class, INFRASTRUCTURE, HIGH),
            rule(TransactionTimedOutException.class, TRANSIENT, MEDIUM),
            rule(TransactionUsageException.class, INFRASTRUCTURE, CRITICAL),
            rule(BeanCreationException.class, INFRASTRUCTURE, CRITICAL),
            rule(BeanDefinitionStoreException.class, INFRASTRUCTURE, CRITICAL),
            rule(NoSuchBeanDefinitionException.class, INFRASTRUCTURE, CRITICAL),
            rule(SocketException.class, TRANSIENT, HIGH), // an event may name the address
            rule(UnknownHostException.class, TRANSIENT, HIGH),
            rule(UnresolvedAddressException.class, TRANSIENT, HIGH),
            rule(SSLException.class, TRANSIENT, HIGH),
            rule(CertificateException.class, TRANSIENT, HIGH),
            rule(KeyStoreException.class, INFRASTRUCTURE, HIGH),
            rule(CommunicationException.class, INFRASTRUCTURE, HIGH),
            rule(NoInitialContextException.class, INFRASTRUCTURE, CRITICAL),
            rule(RejectedExecutionException.class, INFRASTRUCTURE, MEDIUM),
            rule(TimeoutException.class, TRANSIENT, MEDIUM),
            rule(IOException.class, TRANSIENT, MEDIUM),
            rule(InterruptedException.class, TRANSIENT, LOW),
            rule(StackOverflowError.class, APPLICATION, HIGH),
            rule(VirtualMachineError.class, INFRASTRUCTURE, CRITICAL),
            rule(LinkageError.class, INFRASTRUCTURE, CRITICAL),
            rule(ServiceConfigurationError.class, INFRASTRUCTURE, CRITICAL),
            rule(TypeNotPresentException.class, INFRASTRUCTURE, CRITICAL),
            rule(InaccessibleObjectException.class, INFRASTRUCTURE, HIGH));

    /** Types that code throws for any reason, and that often only wrap one of those above. */
    private static final List<Rule> GENERAL = List.of(
            rule(ConcurrentModificationException.class, APPLICATION, MEDIUM),
            rule(NoSuchElementException.class, APPLICATION, MEDIUM),
            rule(NullPointerException.class, APPLICATION, MEDIUM),
            rule(IllegalArgumentException.class, APPLICATION, MEDIUM),
            rule(IllegalStateException.class, APPLICATION, MEDIUM),
            rule(ClassCastException.class, APPLICATION, MEDIUM),
            rule(ArithmeticException.class, APPLICATION, MEDIUM),
            rule(IndexOutOfBoundsException.class, APPLICATION, MEDIUM),
            rule(UnsupportedOperationException.class, APPLICATION, MEDIUM),
            rule(AssertionError.class, APPLICATION, HIGH));

    /** Reasons for which another event's handler could not append either, whatever the state says of its cause. */
    private static final Set<AppendFailedException.Reason> OF_EVERY_APPEND = Set.of(
            AppendFailedException.Reason.READ_ONLY,
            AppendFailedException.Reason.POSITION_USED,
            AppendFailedException.Reason.NO_POSITION_LEFT,
            AppendFailedException.Reason.NO_PRIVILEGE,
            AppendFailedException.Reason.NOT_MIGRATED,
            AppendFailedException.Reason.RESOURCES_EXHAUSTED);

    /** What the network says. Behind an error of the database it means the database; elsewhere the address may be the event's. */
    private static final List<Class<? extends Throwable>> OF_NETWORK = List.of(
            SocketException.class,
            SocketTimeoutException.class,
            UnknownHostException.class,
            UnresolvedAddressException.class,
            SSLException.class);

    private static Rule rule(
            Class<?> type, ErrorClassification.Category category, ErrorClassification.Severity severity) {
        return new Rule(type, new ErrorClassification(category, severity));
    }

    @Override
    public ErrorClassification classify(Throwable error) {
        List<Throwable> chain = CauseChain.of(error);
        return Stream.<Function<Throwable, @Nullable ErrorClassification>>of(
                        StandardErrorClassifier::byItself,
                        StandardErrorClassifier::bySqlState,
                        StandardErrorClassifier::byNetworkOfDatabase,
                        each -> byType(each, TELLING),
                        each -> byType(each, GENERAL))
                .flatMap(way -> chain.stream().map(way))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(ErrorClassification.UNKNOWN);
    }

    private static @Nullable ErrorClassification byItself(Throwable error) {
        if (error instanceof AppendFailedException failed && OF_EVERY_APPEND.contains(failed.reason())) {
            return new ErrorClassification(INFRASTRUCTURE, CRITICAL);
        }
        return error instanceof ClassifiedError classified ? classified.classification() : null;
    }

    private static @Nullable ErrorClassification bySqlState(Throwable error) {
        return error instanceof SQLException sql ? SqlStates.classify(sql) : null;
    }

    private static @Nullable ErrorClassification byNetworkOfDatabase(Throwable error) {
        return error instanceof SQLException
                        && CauseChain.of(error).stream()
                                .anyMatch(each -> OF_NETWORK.stream().anyMatch(type -> type.isInstance(each)))
                ? new ErrorClassification(INFRASTRUCTURE, HIGH)
                : null;
    }

    private static @Nullable ErrorClassification byType(Throwable error, List<Rule> rules) {
        // a transaction that could not even be rolled back has lost its connection, whatever the pool says of it
        if (error instanceof TransactionSystemException lost && lost.getApplicationException() != null) {
            return new ErrorClassification(INFRASTRUCTURE, HIGH);
        }
        for (Rule rule : rules) {
            if (rule.type().isInstance(error)) {
                return rule.classification();
            }
        }
        return null;
    }
}
