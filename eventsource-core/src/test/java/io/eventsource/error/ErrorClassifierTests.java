package io.eventsource.error;

import static io.eventsource.error.ErrorClassification.Category.APPLICATION;
import static io.eventsource.error.ErrorClassification.Category.INFRASTRUCTURE;
import static io.eventsource.error.ErrorClassification.Category.PERMANENT;
import static io.eventsource.error.ErrorClassification.Category.TRANSIENT;
import static io.eventsource.error.ErrorClassification.Category.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.eventsource.EventSourceException;
import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.event.EventDecodingException;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.store.AppendFailedException.Reason;
import io.eventsource.store.AppendFailuresOfTests;
import io.eventsource.testing.TestEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.sql.BatchUpdateException;
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
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.IncorrectUpdateSemanticsDataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TypeMismatchDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.JdbcUpdateAffectedIncorrectNumberOfRowsException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionTimedOutException;

class ErrorClassifierTests {

    private static final StoredEvent EVENT = new StoredEvent(
            new EventHeader(
                    7,
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    "account",
                    1,
                    new EventRevision("nobody knows", 1),
                    Instant.EPOCH,
                    Instant.EPOCH,
                    EventMetadata.none()),
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
        "XX000, APPLICATION, HIGH",
        "XX001, INFRASTRUCTURE, CRITICAL",
        "XX002, INFRASTRUCTURE, CRITICAL",
        "40001, TRANSIENT, LOW",
        "40P01, TRANSIENT, LOW",
        "55P03, TRANSIENT, LOW",
        "57014, TRANSIENT, MEDIUM",
        "25P03, TRANSIENT, HIGH",
        "22P02, PERMANENT, MEDIUM",
        "23505, PERMANENT, MEDIUM",
        "42601, APPLICATION, HIGH",
        "42P18, APPLICATION, HIGH",
        "07006, APPLICATION, MEDIUM",
        "42P01, APPLICATION, HIGH",
        "42501, INFRASTRUCTURE, CRITICAL",
        "42703, APPLICATION, HIGH",
        "42704, APPLICATION, HIGH",
        "42883, APPLICATION, HIGH",
        "428C9, INFRASTRUCTURE, CRITICAL",
        "42P05, INFRASTRUCTURE, HIGH",
        "42P10, INFRASTRUCTURE, CRITICAL",
        "42804, APPLICATION, HIGH",
        "3F000, APPLICATION, HIGH",
        "0A000, APPLICATION, HIGH",
        "26000, INFRASTRUCTURE, HIGH",
        "34000, INFRASTRUCTURE, HIGH",
        "55000, APPLICATION, HIGH",
        "55P02, APPLICATION, HIGH",
        "53200, TRANSIENT, CRITICAL",
        "53400, APPLICATION, HIGH",
        "58P01, APPLICATION, HIGH",
        "HV004, APPLICATION, HIGH",
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
            String state, ErrorClassification.Category category, ErrorClassification.Severity severity) {
        ErrorClassification expected = new ErrorClassification(category, severity);
        SQLException bare = new SQLException("message", state);

        assertThat(classifier.classify(bare)).isEqualTo(expected);
        assertThat(classifier.classify(new IllegalStateException(new RuntimeException(bare))))
                .as("the state says more than what wraps it")
                .isEqualTo(
                        category == UNKNOWN
                                ? new ErrorClassification(APPLICATION, ErrorClassification.Severity.MEDIUM)
                                : expected);
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
            Reason reason, String state, ErrorClassification.Category category, ErrorClassification.Severity severity) {
        RuntimeException failure = AppendFailuresOfTests.because(reason, translated(new SQLException("x", state)));
        ErrorClassification expected = new ErrorClassification(category, severity);

        assertThat(classifier.classify(failure)).isEqualTo(expected);
        assertThat(classifier.classify(new IllegalStateException("a handler's", failure)))
                .isEqualTo(expected);
    }

    /** As the server answers: an SQLState, the position in the statement or 0, and the routine of the server that raises it. */
    private static PSQLException answer(String state, int position, String routine) {
        String place = position == 0 ? "" : "P" + position + "\0";
        return new PSQLException(
                new ServerErrorMessage("SERROR\0C" + state + "\0Mmessage\0" + place + "R" + routine + "\0"));
    }

    /** As the driver reports a statement of a batch that fails. */
    private static BatchUpdateException inBatch(PSQLException failed) {
        BatchUpdateException batch = new BatchUpdateException(
                "Batch entry 0 INSERT was aborted", failed.getSQLState(), 0, new int[0], failed);
        batch.setNextException(failed);
        return batch;
    }

    @ParameterizedTest
    @CsvSource({
        "42P01, 13, parserOpenTable, INFRASTRUCTURE, a table of the statement",
        "42P01, 0, parserOpenTable, APPLICATION, a table of a statement that a function builds",
        "42P01, 0, RangeVarGetRelidExtended, APPLICATION, a value that is cast to a table",
        "42P01, 8, RangeVarGetRelidExtended, APPLICATION, such a value that the driver writes into the statement",
        "42703, 20, checkInsertTargets, INFRASTRUCTURE, a column of INSERT",
        "42703, 20, errorMissingColumn, INFRASTRUCTURE, a column of SELECT",
        "42703, 20, transformUpdateTargetList, INFRASTRUCTURE, a column of UPDATE",
        "42703, 0, convert_column_name, APPLICATION, a value that names a column",
        "42809, 8, ParseFuncOrColumn, INFRASTRUCTURE, a procedure that is a function",
        "42809, 0, init_sequence, APPLICATION, a value that names no sequence",
        "42704, 0, get_ts_config_oid, APPLICATION, a value that names a configuration",
        "42704, 8, typenameType, APPLICATION, a type",
        "42883, 8, ParseFuncOrColumn, APPLICATION, an untyped null as an argument",
        "42883, 8, op_error, APPLICATION, an untyped null beside an operator",
        "42804, 8, transformAssignedExpr, APPLICATION, an untyped null for a column",
        "42601, 30, scanner_yyerror, APPLICATION, an empty list",
        "42P18, 8, check_variable_parameters, APPLICATION, an untyped null",
        "42501, 0, aclcheck_error, INFRASTRUCTURE, a missing right",
        "42501, 0, ExecWithCheckOptions, PERMANENT, a row that a policy refuses",
        "42501, 0, exec_stmt_raise, APPLICATION, a trigger that says so",
        "57P03, 0, exec_stmt_raise, APPLICATION, a trigger that says so",
        "08006, 0, exec_stmt_raise, APPLICATION, a trigger that says so",
        "40001, 0, exec_stmt_raise, TRANSIENT, a trigger that says so",
        "42P10, 0, infer_arbiter_indexes, INFRASTRUCTURE, no index of ON CONFLICT",
        "428C9, 0, rewriteTargetListIU, INFRASTRUCTURE, a generated column",
        "0A000, 0, timestamp_trunc, APPLICATION, a unit of time",
        "0A000, 0, RevalidateCachedQuery, INFRASTRUCTURE, the plan of a changed table",
        "55000, 0, ExecOpenScanRelation, INFRASTRUCTURE, a view that is not populated",
        "55000, 0, currval_oid, APPLICATION, a sequence that was not asked"
    })
    void the_fields_of_the_answer_tell_what_cannot_depend_on_a_value(
            String state, int position, String routine, ErrorClassification.Category category, String what) {
        PSQLException answer = answer(state, position, routine);

        assertThat(classifier.classify(answer).category()).as(what).isEqualTo(category);
        assertThat(classifier.classify(new RuntimeException(inBatch(answer))).category())
                .as(what + ", in a batch")
                .isEqualTo(category);
        assertThat(classifier.classify(translated(inBatch(answer))).category())
                .as(what + ", in a batch, translated")
                .isEqualTo(category);
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
                arguments(new UncheckedIOException(new ConnectException("refused")), TRANSIENT),
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
                arguments(new InvalidDataAccessResourceUsageException("x"), APPLICATION),
                arguments(new IncorrectUpdateSemanticsDataAccessException("x"), APPLICATION),
                arguments(new JdbcUpdateAffectedIncorrectNumberOfRowsException("UPDATE", 1, 0), APPLICATION),
                arguments(new TypeMismatchDataAccessException("x", new IOException()), APPLICATION),
                arguments(new UncheckedIOException(new UnknownHostException("x")), TRANSIENT),
                arguments(new UncheckedIOException(new SSLHandshakeException("x")), TRANSIENT),
                arguments(new UnresolvedAddressException(), TRANSIENT),
                arguments(new IllegalStateException(new CertificateException("x")), TRANSIENT),
                arguments(new RejectedExecutionException("x"), INFRASTRUCTURE),
                arguments(new IllegalStateException("wraps", new NoClassDefFoundError("x")), INFRASTRUCTURE),
                arguments(new IllegalArgumentException("wraps", new ConnectException("x")), TRANSIENT),
                arguments(new UncheckedIOException(new SocketException("x")), TRANSIENT),
                arguments(new RuntimeException(new SQLException("x", new ConnectException("x"))), INFRASTRUCTURE),
                arguments(new SQLException("x", "99999", new UnknownHostException("x")), INFRASTRUCTURE),
                arguments(new SQLTransientConnectionException("x", new SSLHandshakeException("x")), INFRASTRUCTURE),
                arguments(new DataAccessResourceFailureException("redis", new ConnectException("x")), INFRASTRUCTURE),
                arguments(new OutOfMemoryError("x"), INFRASTRUCTURE),
                arguments(new EventDecodingException(EVENT, "it does not fit", new IOException("json")), PERMANENT),
                arguments(new RuntimeException("somebody's own"), UNKNOWN),
                arguments(new EventSourceException("of ours without a rule"), UNKNOWN));
    }

    @ParameterizedTest
    @MethodSource("byType")
    void the_outermost_known_type_decides_where_there_is_no_sql_state(
            Throwable error, ErrorClassification.Category category) {
        assertThat(classifier.classify(error).category()).isEqualTo(category);
    }

    @Test
    void an_unknown_event_type_is_permanent() {
        Throwable error = catchThrowable(() -> TestEvents.codec().decode(EVENT));

        assertThat(classifier.classify(error))
                .isEqualTo(new ErrorClassification(PERMANENT, ErrorClassification.Severity.HIGH));
    }

    @Test
    void a_rule_for_an_sql_state_or_a_class_of_them_comes_before_what_the_library_says() {
        ErrorClassification own = new ErrorClassification(PERMANENT, ErrorClassification.Severity.LOW);
        ErrorClassifier withRule = classifier.withSqlState("42704", own).withSqlState("XX", own);

        assertThat(withRule.classify(new IllegalStateException(new SQLException("x", "42704"))))
                .isEqualTo(own);
        assertThat(withRule.classify(new SQLException("x", "XX000"))).isEqualTo(own);
        assertThat(withRule.classify(new SQLException("x", "42703")).category()).isEqualTo(APPLICATION);
        assertThat(withRule.classify(new SQLException("x")).category()).isEqualTo(UNKNOWN);
        assertThat(withRule.classify(new NullPointerException()).category()).isEqualTo(APPLICATION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "427", "42 04", "427040", "xx"})
    void a_rule_for_something_that_is_no_sql_state_is_refused(String state) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> classifier.withSqlState(
                        state, new ErrorClassification(PERMANENT, ErrorClassification.Severity.LOW)))
                .withMessageContaining(state);
    }

    @Test
    void an_exception_that_says_it_itself_is_believed_even_behind_an_sql_state() {
        ErrorClassification own = new ErrorClassification(TRANSIENT, ErrorClassification.Severity.CRITICAL);

        assertThat(classifier.classify(new RuntimeException(new SQLException("x", "22000", new Classified(own)))))
                .isEqualTo(own);
    }

    @Test
    void a_rule_of_the_application_comes_first_and_the_last_one_added_is_asked_first() {
        ErrorClassification first = new ErrorClassification(PERMANENT, ErrorClassification.Severity.LOW);
        ErrorClassification second = new ErrorClassification(INFRASTRUCTURE, ErrorClassification.Severity.CRITICAL);
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
