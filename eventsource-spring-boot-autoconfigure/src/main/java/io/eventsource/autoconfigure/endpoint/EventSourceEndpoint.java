package io.eventsource.autoconfigure.endpoint;

import io.eventsource.EventSourceException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * To look at the event store and to act on it: {@code /actuator/eventsource}. Unless access is unrestricted
 * ({@code management.endpoint.eventsource.access}), it can only be looked at.
 */
@WebEndpoint(id = "eventsource", defaultAccess = Access.READ_ONLY)
final class EventSourceEndpoint {

    private final Map<String, EndpointArea> areas;

    EventSourceEndpoint(Collection<EndpointArea> areas) {
        this.areas = areas.stream()
                .collect(Collectors.toMap(EndpointArea::name, Function.identity(), (one, other) -> one, TreeMap::new));
    }

    @ReadOperation
    Map<String, Object> overview() {
        return Map.of("areas", areas.keySet());
    }

    @ReadOperation
    WebEndpointResponse<Object> list(
            @Selector String area,
            @Nullable String status,
            @Nullable String projection,
            @Nullable String after,
            @Nullable String size) {
        return answer(() -> area(area).list(EndpointPage.of(status, projection, after, size)));
    }

    @ReadOperation
    WebEndpointResponse<Object> find(
            @Selector String area, @Selector String id, @Nullable String after, @Nullable String size) {
        return answer(() -> area(area).find(id, EndpointPage.of(null, null, after, size)));
    }

    @WriteOperation
    WebEndpointResponse<Object> actOnAll(
            @Selector String area,
            @Selector String action,
            @Nullable String operator,
            @Nullable String reason,
            @Nullable String projection,
            @Nullable String limit) {
        return answer(() -> area(area)
                .act(null, action, new EndpointOrder(operator, reason, projection, EndpointPage.limit(limit))));
    }

    @WriteOperation
    WebEndpointResponse<Object> act(
            @Selector String area,
            @Selector String id,
            @Selector String action,
            @Nullable String operator,
            @Nullable String reason) {
        return answer(() -> area(area).act(id, action, new EndpointOrder(operator, reason, null, null)));
    }

    private EndpointArea area(String name) {
        EndpointArea area = areas.get(name);
        if (area == null) {
            throw EndpointProblem.unknown("area", name, areas.keySet());
        }
        return area;
    }

    private static WebEndpointResponse<Object> answer(Supplier<Object> question) {
        try {
            return new WebEndpointResponse<>(question.get());
        } catch (EndpointProblem problem) {
            return problem(problem);
        } catch (EventSourceException refused) {
            return problem(EndpointProblem.conflict(String.valueOf(refused.getMessage())));
        } catch (DataAccessException | TransactionException failure) {
            return problem(DatabaseProblem.of(failure));
        }
    }

    private static WebEndpointResponse<Object> problem(EndpointProblem problem) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", problem.status());
        body.put("detail", String.valueOf(problem.getMessage()));
        return new WebEndpointResponse<>(body, problem.status());
    }
}
