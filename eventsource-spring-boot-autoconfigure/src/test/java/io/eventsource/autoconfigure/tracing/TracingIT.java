package io.eventsource.autoconfigure.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventMetadata;
import io.eventsource.projection.EventHandlers;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.otlp.OtlpTracingAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An application that sends its traces to a collector by OTLP, of which a small server plays the part. */
class TracingIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final List<ExportTraceServiceRequest> received = new CopyOnWriteArrayList<>();
    private final HttpServer collector = collector();
    private final ApplicationContextRunner application = Runners.on(database)
            .withConfiguration(AutoConfigurations.of(
                    ObservationAutoConfiguration.class,
                    OpenTelemetrySdkAutoConfiguration.class,
                    MicrometerTracingAutoConfiguration.class,
                    OpenTelemetryTracingAutoConfiguration.class,
                    OtlpTracingAutoConfiguration.class))
            .withPropertyValues(
                    "spring.application.name=teller",
                    "management.opentelemetry.resource-attributes.service.version=1.2.3",
                    "management.tracing.sampling.probability=1.0",
                    "management.opentelemetry.tracing.export.schedule-delay=50ms",
                    "management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:%d/v1/traces"
                            .formatted(collector.getAddress().getPort()))
            .withBean(EventHandlers.class, () -> new Handlers("deposits", event -> {}));

    private HttpServer collector() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/v1/traces", exchange -> {
                received.add(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @AfterEach
    void stop() {
        collector.stop(0);
        database.close();
    }

    private List<Span> spans(String name) {
        return received.stream()
                .flatMap(request -> request.getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    private Span span(String name) {
        await().until(() -> !spans(name).isEmpty());
        return spans(name).get(0);
    }

    private static Map<String, String> attributes(Span span) {
        return span.getAttributesList().stream().collect(Collectors.toMap(each -> each.getKey(), each -> each.getValue()
                .getStringValue()));
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private String storedTraceparent() {
        return String.valueOf(database.jdbc()
                .queryForObject("SELECT metadata ->> 'traceparent' FROM eventsource.events", String.class));
    }

    @Test
    void a_handlers_span_links_to_the_append_that_the_command_caused() {
        application.run(context -> {
            UUID stream = UUID.randomUUID();
            Observation.createNotStarted("deposit", context.getBean(ObservationRegistry.class))
                    .observe(() -> {
                        context.getBean(EventStore.class).append(StreamAppend.to("Account", stream, new Deposited(1)));
                    });

            Span command = span("deposit");
            Span append = span("append Account");
            Span handle = span("handle deposits");
            assertThat(append.getKind()).isEqualTo(SpanKind.SPAN_KIND_PRODUCER);
            assertThat(append.getTraceId()).isEqualTo(command.getTraceId());
            assertThat(append.getParentSpanId()).isEqualTo(command.getSpanId());
            assertThat(storedTraceparent())
                    .startsWith("00-%s-%s-0".formatted(hex(append.getTraceId()), hex(append.getSpanId())));
            assertThat(handle.getKind()).isEqualTo(SpanKind.SPAN_KIND_CONSUMER);
            assertThat(handle.getTraceId()).isNotEqualTo(command.getTraceId());
            assertThat(handle.getParentSpanId()).isEqualTo(ByteString.EMPTY);
            assertThat(handle.getLinksList()).singleElement().satisfies(link -> {
                assertThat(link.getTraceId()).isEqualTo(append.getTraceId());
                assertThat(link.getSpanId()).isEqualTo(append.getSpanId());
            });
            assertThat(attributes(append))
                    .containsEntry("aggregate.type", "Account")
                    .containsEntry("aggregate.id", stream.toString())
                    .containsEntry("db.system", "postgresql")
                    .containsEntry("db.operation", "INSERT")
                    .containsEntry("db.system.name", "postgresql")
                    .containsEntry("event.type", "deposited");
            assertThat(attributes(handle))
                    .containsEntry("subscription.name", "deposits")
                    .containsKeys("subscription.state", "event.id", "messaging.message.id")
                    .containsEntry("event.type", "deposited")
                    .containsEntry("aggregate.id", stream.toString());
        });
    }

    @Test
    void the_service_is_named_with_its_version() {
        application.run(context -> {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));

            span("append Account");
            Map<String, String> resource =
                    received.get(0).getResourceSpans(0).getResource().getAttributesList().stream()
                            .collect(Collectors.toMap(each -> each.getKey(), each -> each.getValue()
                                    .getStringValue()));
            assertThat(resource).containsEntry("service.name", "teller").containsEntry("service.version", "1.2.3");
        });
    }

    @Test
    void the_span_of_a_failing_handler_says_so() {
        application
                .withBean(
                        "failing",
                        EventHandlers.class,
                        () -> new Handlers("failing", event -> {
                            throw new IllegalStateException("told to fail");
                        }))
                .run(context -> {
                    context.getBean(EventStore.class)
                            .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));

                    assertThat(span("handle failing").getStatus().getMessage()).contains("IllegalStateException");
                });
    }

    @Test
    void a_trace_that_the_caller_has_written_into_the_metadata_stays() {
        application.run(context -> {
            String own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
            context.getBean(EventStore.class)
                    .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1))
                            .withMetadata(EventMetadata.none().withHeader("traceparent", own)));

            assertThat(storedTraceparent()).isEqualTo(own);
            assertThat(hex(span("handle deposits").getLinks(0).getTraceId()))
                    .isEqualTo("0af7651916cd43dd8448eb211c80319c");
        });
    }

    @Test
    void something_else_under_the_headers_name_is_no_link_and_no_failure() {
        application.run(context -> {
            context.getBean(EventStore.class)
                    .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1))
                            .withMetadata(EventMetadata.none().withHeader("traceparent", "of my own invention")));

            assertThat(span("handle deposits").getLinksList()).isEmpty();
        });
    }

    @Test
    void without_the_observation_of_appends_events_remember_no_trace() {
        application.withPropertyValues("eventsource.observations.append=false").run(context -> {
            context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));

            assertThat(span("handle deposits").getLinksList()).isEmpty();
            assertThat(storedTraceparent()).isEqualTo("null");
        });
    }

    @Test
    void a_span_says_of_an_error_its_class_and_no_data() {
        application
                .withBean(
                        "failing",
                        EventHandlers.class,
                        () -> new Handlers("failing", event -> {
                            throw new IllegalStateException("cannot serve canary4711", new SQLException("canary4711"));
                        }))
                .run(context -> {
                    context.getBean(EventStore.class)
                            .append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));

                    Span handle = span("handle failing");

                    assertThat(handle.getEventsList()).isNotEmpty();
                    assertThat(handle.toString())
                            .contains("java.lang.IllegalStateException")
                            .doesNotContain("canary4711");
                });
    }
}
