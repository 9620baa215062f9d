package io.eventsource.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.eventsource.EventSourceException;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.StoredEvent;
import io.eventsource.testing.TestEvents;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataIntegrityViolationException;
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
                new SQLException(CANARY),
                new NullPointerException(CANARY),
                new ClassCastException(CANARY),
                catchThrowable(() -> Integer.parseInt(CANARY)),
                decodingFailure("{\"amount\":\"" + CANARY + "\"}"),
                decodingFailure("{\"amount\":" + CANARY),
                catchThrowable(() -> new JsonMapper()
                        .readValue("{\"ages\":{\"" + CANARY + "\":\"" + CANARY + "\"}}", Person.class)));
    }

    private static Throwable decodingFailure(String payload) {
        StoredEvent event = new StoredEvent(
                7,
                UUID.randomUUID(),
                UUID.randomUUID(),
                "account",
                1,
                "deposited",
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                EventMetadata.none(),
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
