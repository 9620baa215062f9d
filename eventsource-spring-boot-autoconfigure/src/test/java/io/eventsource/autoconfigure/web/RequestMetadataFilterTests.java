package io.eventsource.autoconfigure.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventMetadata;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class RequestMetadataFilterTests {

    private static final String HEADER = "X-Correlation-Id";
    private static final UUID GENERATED = new UUID(1, 2);

    private final List<EventMetadata> seen = new ArrayList<>();
    private final MockHttpServletRequest request = new MockHttpServletRequest();
    private final MockHttpServletResponse response = new MockHttpServletResponse();
    private final FilterChain application = (req, res) -> seen.add(MetadataContext.current());
    private final RequestMetadataFilter filter = new RequestMetadataFilter(
            HEADER,
            req -> req.getHeader("X-Tenant"),
            req -> req.getHeader("X-Actor"),
            new RequestValues(() -> GENERATED));

    @AfterEach
    void nothingIsLeftOnTheThread() {
        assertThat(MetadataContext.current()).isEqualTo(EventMetadata.none());
    }

    static List<String> hostileCorrelations() {
        return List.of(
                "",
                " ",
                "a b",
                "a\r\nSet-Cookie: b=c",
                "a\nb",
                "a\tb",
                "a\u0000b",
                "a\u001b[31m",
                "a\u0085b",
                "a\u2028b",
                "ünïcode",
                "<script>alert(1)</script>",
                "a\"b",
                "a'b",
                "${jndi:ldap://x}",
                "%0d%0a",
                "a".repeat(129),
                "a".repeat(1_000_000));
    }

    @ParameterizedTest
    @MethodSource("hostileCorrelations")
    void a_hostile_correlation_is_replaced_by_a_new_one(String correlation) throws Exception {
        request.addHeader(HEADER, correlation);
        filter.doFilter(request, response, application);
        assertThat(seen).containsExactly(EventMetadata.none().withCorrelationId(GENERATED.toString()));
        assertThat(response.getHeaderValues(HEADER)).containsExactly((Object) GENERATED.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "request-42",
                "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "Root=1-67891233:abcdef+/=@gateway|~x_y.z"
            })
    void a_proper_correlation_is_kept_and_answered(String correlation) throws Exception {
        request.addHeader(HEADER, correlation);
        filter.doFilter(request, response, application);
        assertThat(seen).containsExactly(EventMetadata.none().withCorrelationId(correlation));
        assertThat(response.getHeader(HEADER)).isEqualTo(correlation);
    }

    @Test
    void tenant_and_actor_come_from_their_resolvers() throws Exception {
        request.addHeader("X-Tenant", "acme");
        request.addHeader("X-Actor", "Änn 😀");
        filter.doFilter(request, response, application);
        assertThat(seen)
                .containsExactly(EventMetadata.none()
                        .withTenantId("acme")
                        .withActorId("Änn 😀")
                        .withCorrelationId(GENERATED.toString()));
    }

    static List<String> unstorable() {
        return List.of("", "a\u0000b", "a\nb", "a\u0085b", "a\ud800b", "a".repeat(201));
    }

    @ParameterizedTest
    @MethodSource("unstorable")
    void an_actor_or_tenant_that_cannot_be_kept_is_refused_before_the_application_sees_it(String value)
            throws Exception {
        for (String header : List.of("X-Actor", "X-Tenant")) {
            MockHttpServletRequest hostile = new MockHttpServletRequest();
            hostile.addHeader(header, value);
            MockHttpServletResponse answer = new MockHttpServletResponse();
            filter.doFilter(hostile, answer, application);
            assertThat(answer.getStatus()).isEqualTo(400);
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void nothing_is_left_after_a_request_that_threw() {
        assertThatExceptionOfType(ServletException.class)
                .isThrownBy(() -> filter.doFilter(request, response, (req, res) -> {
                    seen.add(MetadataContext.current());
                    throw new ServletException("broken");
                }));
        assertThat(seen).hasSize(1);
        assertThat(MetadataContext.current()).isEqualTo(EventMetadata.none());
    }

    @Test
    void nothing_is_left_after_a_resolver_that_threw() {
        RequestMetadataFilter broken = new RequestMetadataFilter(
                HEADER,
                req -> {
                    throw new IllegalStateException("broken");
                },
                req -> null,
                new RequestValues(() -> GENERATED));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> broken.doFilter(request, response, application));
        assertThat(MetadataContext.current()).isEqualTo(EventMetadata.none());
    }

    @Test
    void further_dispatches_of_a_request_have_its_context() throws Exception {
        request.addHeader("X-Actor", "ann");
        filter.doFilter(request, response, application);
        request.removeHeader("X-Actor");
        for (DispatcherType type : List.of(DispatcherType.ASYNC, DispatcherType.ERROR)) {
            request.setDispatcherType(type);
            filter.doFilter(request, response, application);
        }
        assertThat(seen).hasSize(3).containsOnly(seen.get(0));
        assertThat(seen.get(0).actorId()).isEqualTo("ann");
    }
}
