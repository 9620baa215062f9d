package io.eventsource.error;

import static io.eventsource.error.ErrorCategory.APPLICATION;
import static io.eventsource.error.ErrorCategory.INFRASTRUCTURE;
import static io.eventsource.error.ErrorCategory.PERMANENT;
import static io.eventsource.error.ErrorCategory.TRANSIENT;
import static io.eventsource.error.ErrorCategory.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventDecodingException;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.StoredEvent;
import io.eventsource.store.AppendFailedException.Reason;
import io.eventsource.store.AppendFailuresOfTests;
import io.eventsource.testing.TestEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Instant;
import java.util.ServiceConfigurationError;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionTimedOutException;

class ErrorClassifierTests {

    private static final StoredEvent EVENT = new StoredEvent(
            7,
            UUID.randomUUID(),
            UUID.randomUUID(),
            "account",
            1,
            "nobody knows",
            1,
            Instant.EPOCH,
            Instant.EPOCH,
            EventMetadata.none(),
            "{}");

    private final ErrorClassifier classifier = ErrorClassifier.standard();

    @ParameterizedTest
    @CsvSource({
        "08000, INFRASTRUCTURE, HIGH",
        "08006, INFRASTRUCTURE, HIGH",
        "53100, INFRASTRUCTURE, CRITICAL",
        "53300, INFRASTRUCTURE, CRITICAL",
        "57P01, INFRASTRUCTURE, HIGH",
        "57P02, INFRASTRUCTURE, CRITICAL",
        "57P03, INFRASTRUCTURE, HIGH",
        "57P04, INFRASTRUCTURE, CRITICAL",
        "58030, INFRASTRUCTURE, CRITICAL",
        "25006, INFRASTRUCTURE, CRITICAL",
        "28P01, INFRASTRUCTURE, CRITICAL",
        "3D000, INFRASTRUCTURE, CRITICAL",
        "XX001, INFRASTRUCTURE, CRITICAL",
        "40001, TRANSIENT, LOW",
        "40P01, TRANSIENT, LOW",
        "55P03, TRANSIENT, LOW",
        "57014, TRANSIENT, MEDIUM",
        "25P03, TRANSIENT, HIGH",
        "22P02, PERMANENT, MEDIUM",
        "23505, PERMANENT, MEDIUM",
        "42601, PERMANENT, HIGH",
        "42P01, INFRASTRUCTURE, CRITICAL",
        "42501, INFRASTRUCTURE, CRITICAL",
        "42703, INFRASTRUCTURE, CRITICAL",
        "42704, INFRASTRUCTURE, CRITICAL",
        "42883, INFRASTRUCTURE, CRITICAL",
        "428C9, INFRASTRUCTURE, CRITICAL",
        "42P05, INFRASTRUCTURE, HIGH",
        "42P10, INFRASTRUCTURE, CRITICAL",
        "42804, PERMANENT, HIGH",
        "3F000, INFRASTRUCTURE, CRITICAL",
        "0A000, INFRASTRUCTURE, HIGH",
        "26000, INFRASTRUCTURE, HIGH",
        "34000, INFRASTRUCTURE, HIGH",
        "55000, INFRASTRUCTURE, HIGH",
        "HV00N, INFRASTRUCTURE, HIGH",
        "40002, PERMANENT, MEDIUM",
        "20000, PERMANENT, MEDIUM",
        "44000, PERMANENT, MEDIUM",
        "54000, PERMANENT, HIGH",
        "25P02, APPLICATION, HIGH",
        "P0001, APPLICATION, MEDIUM",
        "99999, UNKNOWN, MEDIUM",
        "X, UNKNOWN, MEDIUM"
    })
    void an_sql_state_decides_bare_wrapped_and_translated(
            String state, ErrorCategory category, ErrorSeverity severity) {
        ErrorClassification expected = new ErrorClassification(category, severity);
        SQLException bare = new SQLException("message", state);

        assertThat(classifier.classify(bare)).isEqualTo(expected);
        assertThat(classifier.classify(new IllegalStateException(new RuntimeException(bare))))
                .as("the state says more than what wraps it")
                .isEqualTo(category == UNKNOWN ? new ErrorClassification(APPLICATION, ErrorSeverity.MEDIUM) : expected);
        if (category != UNKNOWN) {
            assertThat(classifier.classify(translated(bare))).isEqualTo(expected);
        }
    }

    private static RuntimeException translated(SQLException bare) {
        RuntimeException translated = new SQLStateSQLExceptionTranslator().translate("task", "SELECT", bare);
        return translated == null ? new UncategorizedSQLException("task", "SELECT", bare) : translated;
    }

    @ParameterizedTest
    @CsvSource({
        "READ_ONLY, 25006, INFRASTRUCTURE, CRITICAL",
        "POSITION_USED, 23505, INFRASTRUCTURE, CRITICAL",
        "NO_POSITION_LEFT, 2200H, INFRASTRUCTURE, CRITICAL",
        "NO_PRIVILEGE, 42501, INFRASTRUCTURE, CRITICAL",
        "NOT_MIGRATED, 42883, INFRASTRUCTURE, CRITICAL",
        "RESOURCES_EXHAUSTED, 53100, INFRASTRUCTURE, CRITICAL",
        "VERSION_USED, 23505, PERMANENT, MEDIUM",
        "TRANSACTION_ABORTED, 25P02, APPLICATION, HIGH"
    })
    void an_append_that_no_other_event_could_do_either_is_not_the_events_fault(
            Reason reason, String state, ErrorCategory category, ErrorSeverity severity) {
        RuntimeException failure = AppendFailuresOfTests.because(reason, translated(new SQLException("x", state)));
        ErrorClassification expected = new ErrorClassification(category, severity);

        assertThat(classifier.classify(failure)).isEqualTo(expected);
        assertThat(classifier.classify(new IllegalStateException("a handler's", failure)))
                .isEqualTo(expected);
    }

    static Stream<Arguments> byType() {
        return Stream.of(
                arguments(new CannotAcquireLockException("x"), TRANSIENT),
                arguments(new QueryTimeoutException("x"), TRANSIENT),
                arguments(new OptimisticLockingFailureException("x"), TRANSIENT),
                arguments(new DataAccessResourceFailureException("x"), INFRASTRUCTURE),
                arguments(
                        new CannotGetJdbcConnectionException("x", new SQLTransientConnectionException("pool is empty")),
                        INFRASTRUCTURE),
                arguments(new CannotCreateTransactionException("x"), INFRASTRUCTURE),
                arguments(new TransactionTimedOutException("x"), TRANSIENT),
                arguments(new DataIntegrityViolationException("x"), PERMANENT),
                arguments(new InvalidDataAccessApiUsageException("x"), PERMANENT),
                arguments(new UncheckedIOException(new ConnectException("refused")), INFRASTRUCTURE),
                arguments(new UncheckedIOException(new SocketTimeoutException("read")), TRANSIENT),
                arguments(new UncheckedIOException(new IOException("reset")), TRANSIENT),
                arguments(new RuntimeException(new TimeoutException()), TRANSIENT),
                arguments(new NullPointerException(), APPLICATION),
                arguments(new IllegalArgumentException("x"), APPLICATION),
                arguments(new ClassCastException(), APPLICATION),
                arguments(new StackOverflowError(), APPLICATION),
                arguments(new NoClassDefFoundError("x"), INFRASTRUCTURE),
                arguments(new ExceptionInInitializerError(new IllegalStateException("x")), INFRASTRUCTURE),
                arguments(new UnsupportedClassVersionError("x"), INFRASTRUCTURE),
                arguments(new ServiceConfigurationError("x"), INFRASTRUCTURE),
                arguments(new TypeNotPresentException("x", null), INFRASTRUCTURE),
                arguments(new BeanCreationException("x"), INFRASTRUCTURE),
                arguments(new NoSuchBeanDefinitionException("x"), INFRASTRUCTURE),
                arguments(new IllegalTransactionStateException("x"), INFRASTRUCTURE),
                arguments(new PermissionDeniedDataAccessException("x", new IOException()), INFRASTRUCTURE),
                arguments(new InvalidDataAccessResourceUsageException("x"), INFRASTRUCTURE),
                arguments(new UncheckedIOException(new UnknownHostException("x")), INFRASTRUCTURE),
                arguments(new UncheckedIOException(new SSLHandshakeException("x")), INFRASTRUCTURE),
                arguments(new UnresolvedAddressException(), INFRASTRUCTURE),
                arguments(new IllegalStateException(new CertificateException("x")), INFRASTRUCTURE),
                arguments(new RejectedExecutionException("x"), INFRASTRUCTURE),
                arguments(new IllegalStateException("wraps", new NoClassDefFoundError("x")), INFRASTRUCTURE),
                arguments(new IllegalArgumentException("wraps", new ConnectException("x")), INFRASTRUCTURE),
                arguments(new OutOfMemoryError("x"), INFRASTRUCTURE),
                arguments(new EventDecodingException(EVENT, "it does not fit", new IOException("json")), PERMANENT),
                arguments(new RuntimeException("somebody's own"), UNKNOWN),
                arguments(new EventSourceException("of ours without a rule"), UNKNOWN));
    }

    @ParameterizedTest
    @MethodSource("byType")
    void the_outermost_known_type_decides_where_there_is_no_sql_state(Throwable error, ErrorCategory category) {
        assertThat(classifier.classify(error).category()).isEqualTo(category);
    }

    @Test
    void an_unknown_event_type_is_permanent() {
        Throwable error = catchThrowable(() -> TestEvents.codec().decode(EVENT));

        assertThat(classifier.classify(error)).isEqualTo(new ErrorClassification(PERMANENT, ErrorSeverity.HIGH));
    }

    @Test
    void a_rule_for_an_sql_state_or_a_class_of_them_comes_before_what_the_library_says() {
        ErrorClassification own = new ErrorClassification(PERMANENT, ErrorSeverity.LOW);
        ErrorClassifier withRule = classifier.withSqlState("42704", own).withSqlState("XX", own);

        assertThat(withRule.classify(new IllegalStateException(new SQLException("x", "42704"))))
                .isEqualTo(own);
        assertThat(withRule.classify(new SQLException("x", "XX000"))).isEqualTo(own);
        assertThat(withRule.classify(new SQLException("x", "42703")).category()).isEqualTo(INFRASTRUCTURE);
        assertThat(withRule.classify(new SQLException("x")).category()).isEqualTo(UNKNOWN);
        assertThat(withRule.classify(new NullPointerException()).category()).isEqualTo(APPLICATION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "427", "42 04", "427040", "xx"})
    void a_rule_for_something_that_is_no_sql_state_is_refused(String state) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> classifier.withSqlState(state, new ErrorClassification(PERMANENT, ErrorSeverity.LOW)))
                .withMessageContaining(state);
    }

    @Test
    void an_exception_that_says_it_itself_is_believed_even_behind_an_sql_state() {
        ErrorClassification own = new ErrorClassification(TRANSIENT, ErrorSeverity.CRITICAL);

        assertThat(classifier.classify(new RuntimeException(new SQLException("x", "22000", new Classified(own)))))
                .isEqualTo(own);
    }

    @Test
    void a_rule_of_the_application_comes_first_and_the_last_one_added_is_asked_first() {
        ErrorClassification first = new ErrorClassification(PERMANENT, ErrorSeverity.LOW);
        ErrorClassification second = new ErrorClassification(INFRASTRUCTURE, ErrorSeverity.CRITICAL);
        ErrorClassifier own = classifier
                .with(IOException.class, first)
                .with(ConnectException.class, found -> "mine".equals(found.getMessage()) ? second : first);

        assertThat(own.classify(new UncheckedIOException(new IOException()))).isEqualTo(first);
        assertThat(own.classify(new UncheckedIOException(new ConnectException("mine"))))
                .isEqualTo(second);
        assertThat(own.classify(new NullPointerException()).category()).isEqualTo(APPLICATION);
    }

    @Test
    void a_rollback_that_fails_has_lost_its_connection_and_a_commit_that_fails_says_nothing() {
        TransactionSystemException lost =
                new TransactionSystemException("rollback", new SQLException("Connection is closed"));
        assertThat(classifier.classify(lost).category()).isEqualTo(UNKNOWN);

        lost.initApplicationException(new IllegalStateException("of the handler"));

        assertThat(classifier.classify(lost).category()).isEqualTo(INFRASTRUCTURE);
    }

    @Test
    void causes_in_a_circle_are_each_looked_at_once() {
        RuntimeException one = new RuntimeException("one");
        one.initCause(new RuntimeException("two", one));

        assertThat(classifier.classify(one).category()).isEqualTo(UNKNOWN);
    }

    private static final class Classified extends RuntimeException implements ClassifiedError {

        private static final long serialVersionUID = 1L;

        private final transient ErrorClassification classification;

        private Classified(ErrorClassification classification) {
            this.classification = classification;
        }

        @Override
        public ErrorClassification classification() {
            return classification;
        }
    }
}
