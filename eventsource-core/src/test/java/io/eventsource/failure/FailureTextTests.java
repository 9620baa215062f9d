package io.eventsource.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.testing.TestEvents;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.TransactionException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

class FailureTextTests {

    private static final String CANARY = "canary4711";

    private record Person(Map<String, Integer> ages) {}

    static Stream<Throwable> quoting() {
        return Stream.of(
                new IllegalStateException(CANARY),
                new DataIntegrityViolationException(CANARY, new SQLException(CANARY, "23505")),
                new SQLException(CANARY, "22P02"),
                new SQLException(CANARY, "42601"),
                new SQLException(CANARY, "0A000"),
                new SQLException(CANARY, "42704"),
                new SQLException(CANARY, "55000"),
                new SQLException(CANARY, "55P02"),
                new SQLException(CANARY, "3F000"),
                new BatchUpdateException(CANARY, "42501", 0, new int[0]),
                new BatchUpdateException(CANARY, "40001", 0, new int[0]),
                new BatchUpdateException(
                        CANARY, "42P01", 0, new int[0], answer("42P01", 0, "RangeVarGetRelidExtended")),
                new IllegalStateException(new BatchUpdateException(CANARY, null, 0, new int[0])),
                answer("42P01", 0, "RangeVarGetRelidExtended"),
                answer("42P01", 8, "RangeVarGetRelidExtended"),
                answer("42P01", 0, "parserOpenTable"),
                answer("42703", 0, "convert_column_name"),
                answer("42704", 0, "get_ts_config_oid"),
                answer("42809", 0, "init_sequence"),
                answer("42883", 0, "regprocedurein"),
                answer("42501", 0, "exec_stmt_raise"),
                answer("57P03", 0, "exec_stmt_raise"),
                answer("0A000", 0, "timestamp_trunc"),
                new SQLException(CANARY),
                new NullPointerException(CANARY),
                new NullPointerException("Cannot find " + CANARY),
                new ClassCastException(CANARY),
                new InternalError(CANARY),
                new UncheckedIOException(new UnknownHostException(CANARY)),
                new UncheckedIOException(new ConnectException(CANARY)),
                new UncheckedIOException(new ConnectException("Connection refused: " + CANARY + "/10.0.0.1:443")),
                new UncheckedIOException(
                        new SSLHandshakeException("No subject alternative DNS name matching " + CANARY + " found.")),
                new NoSuchBeanDefinitionException(CANARY),
                new NoSuchBeanDefinitionException(String.class, CANARY),
                new TransactionException(CANARY) {
                    private static final long serialVersionUID = 1L;
                },
                catchThrowable(() -> Integer.parseInt(CANARY)),
                decodingFailure("{\"amount\":\"" + CANARY + "\"}"),
                decodingFailure("{\"amount\":" + CANARY),
                catchThrowable(() -> JsonMapper.builder()
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .build()
                        .readValue("{\"" + CANARY + "\":1}", Person.class)),
                catchThrowable(() -> new JsonMapper()
                        .readValue("{\"ages\":{\"" + CANARY + "\":\"" + CANARY + "\"}}", Person.class)));
    }

    private static SQLException answer(String state, int position, String routine) {
        String place = position == 0 ? "" : "P" + position + "\0";
        return new PSQLException(
                new ServerErrorMessage("SERROR\0C" + state + "\0M" + CANARY + "\0" + place + "R" + routine + "\0"));
    }

    @ParameterizedTest
    @CsvSource({
        "42P01, 8, parserOpenTable",
        "42703, 8, errorMissingColumn",
        "42883, 8, ParseFuncOrColumn",
        "42501, 0, aclcheck_error",
        "42P10, 0, infer_arbiter_indexes",
        "55000, 0, ExecOpenScanRelation",
        "57P01, 0, ProcessInterrupts"
    })
    void what_names_parts_of_the_statement_is_said(String state, int position, String routine) {
        SQLException failed = answer(state, position, routine);

        assertThat(FailureText.of(failed)).contains(state, CANARY);
        assertThat(FailureText.of(new BatchUpdateException("Batch entry 0 INSERT", state, 0, new int[0], failed)))
                .contains(state, CANARY)
                .doesNotContain("Batch entry");
    }

    private static Throwable decodingFailure(String payload) {
        StoredEvent event = new StoredEvent(
                new EventHeader(
                        7,
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        "account",
                        1,
                        new EventRevision("deposited", 1),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none()),
                payload);
        return catchThrowable(() -> TestEvents.codec().decode(event));
    }

    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @ParameterizedTest
    @MethodSource("quoting")
    void neither_the_line_nor_the_stack_trace_quotes_data(Throwable failure) {
        failure.addSuppressed(new IllegalArgumentException(CANARY));

        assertThat(FailureText.of(failure))
                .contains(failure.getClass().getName())
                .doesNotContain(CANARY);
        assertThat(FailureText.logged(failure)).doesNotContain(CANARY);
        assertThat(printed(FailureText.trace(failure))).doesNotContain(CANARY);
        assertThat(printed(FailureText.withoutData(failure)))
                .doesNotContain(CANARY)
                .contains(failure.getStackTrace()[0].toString());
    }

    @Test
    void the_message_of_a_decoding_failure_itself_quotes_no_payload() {
        assertThat(decodingFailure("{\"amount\":\"" + CANARY + "\"}").getMessage())
                .contains("deposited", "amount")
                .doesNotContain(CANARY);
    }

    @Test
    void what_names_objects_hosts_and_code_is_said() {
        assertThat(FailureText.of(new SQLException("permission denied for table totals", "42501")))
                .contains("42501", "permission denied for table totals");
        assertThat(FailureText.of(new RuntimeException(new ConnectException("Connection refused"))))
                .contains("Connection refused");
        assertThat(FailureText.of(new SSLHandshakeException("Received fatal alert: bad_certificate")))
                .contains("Received fatal alert");
        SQLException unreachable = new SQLException("The connection attempt failed.", "08001");
        unreachable.initCause(new UnknownHostException("db.example.org"));
        assertThat(FailureText.of(new IllegalStateException(unreachable))).contains("db.example.org");
        assertThat(printed(FailureText.trace(unreachable))).contains("db.example.org");
        assertThat(FailureText.of(new NoSuchBeanDefinitionException(Person.class)))
                .contains("no such bean of type " + Person.class.getName());
        assertThat(FailureText.of(new NoClassDefFoundError("com/acme/Missing"))).contains("com/acme/Missing");
        assertThat(FailureText.of(new EventSourceException("The log is gone"))).contains("The log is gone");
    }

    @Test
    void causes_in_a_circle_are_each_said_once() {
        RuntimeException one = new RuntimeException("one");
        one.initCause(new IllegalStateException("two", one));

        assertThat(FailureText.of(one))
                .isEqualTo("java.lang.RuntimeException (message withheld), caused by java.lang.IllegalStateException"
                        + " (message withheld)");
        assertThat(printed(FailureText.trace(one))).contains("IllegalStateException");
    }

    @Test
    void one_kind_has_one_stack_trace_in_ten_minutes() {
        long[] now = {0};
        FailureReports reports = new FailureReports(() -> now[0]);
        Stream<Throwable> same = Stream.generate(() -> (Throwable) new IllegalStateException("x"));

        assertThat(same.limit(50).filter(each -> reports.trace(each) != null)).hasSize(1);
        assertThat(reports.trace(new IllegalArgumentException("another kind"))).isNotNull();
        now[0] = FailureReports.INTERVAL.toNanos();
        assertThat(Stream.generate(() -> (Throwable) new IllegalArgumentException("x"))
                        .limit(2)
                        .filter(each -> reports.trace(each) != null))
                .hasSize(1);
    }
}
