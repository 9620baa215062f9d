package io.eventsource.autoconfigure.endpoint;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ReflectionUtils;

/** Answers every operation where only looking is allowed. */
final class ReadOnlyEndpoint {

    static final Method ANSWER = Objects.requireNonNull(ReflectionUtils.findMethod(ReadOnlyEndpoint.class, "answer"));

    private static final EndpointId ID = EndpointId.of("eventsource");

    static boolean isMeant(ExposableWebEndpoint endpoint) {
        return endpoint.getEndpointId().equals(ID);
    }

    static boolean isReadOnly(ExposableWebEndpoint endpoint) {
        return endpoint.getOperations().stream().noneMatch(each -> each.getType() == OperationType.WRITE);
    }

    ResponseEntity<Map<String, Object>> answer() {
        HttpStatus status = HttpStatus.FORBIDDEN;
        return ResponseEntity.status(status)
                .body(
                        Map.of(
                                "status",
                                status.value(),
                                "detail",
                                "Access to the endpoint eventsource is read-only here. To act, set management.endpoint.eventsource.access=unrestricted (and management.endpoints.access.max-permitted, where that is lower), and let only operators reach it."));
    }
}
