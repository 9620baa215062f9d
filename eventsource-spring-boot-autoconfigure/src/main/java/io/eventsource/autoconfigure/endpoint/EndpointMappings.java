package io.eventsource.autoconfigure.endpoint;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.webmvc.actuate.endpoint.web.WebMvcEndpointHandlerMapping;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

/**
 * What Actuator's mapping of operations lacks: a body is optional ({@code curl -X POST …/rebuild}), and whoever wants to act where access is
 * read-only is told so.
 */
final class EndpointMappings implements BeanPostProcessor {

    private static final EndpointId ID = EndpointId.of("eventsource");

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof WebMvcEndpointHandlerMapping mapping) {
            mapping.getEndpoints().stream()
                    .filter(endpoint -> endpoint.getEndpointId().equals(ID))
                    .forEach(endpoint -> complete(mapping, endpoint));
        }
        return bean;
    }

    private static void complete(WebMvcEndpointHandlerMapping mapping, ExposableWebEndpoint endpoint) {
        String root = "/" + endpoint.getRootPath();
        Set<RequestMappingInfo> infos = Set.copyOf(mapping.getHandlerMethods().keySet());
        infos.stream()
                .filter(info -> info.getPatternValues().stream().anyMatch(path -> path.contains(root + "/")))
                .forEach(info -> info.getConsumesCondition().setBodyRequired(false));
        boolean readOnly = endpoint.getOperations().stream().noneMatch(each -> each.getType() == OperationType.WRITE);
        if (readOnly) {
            infos.stream()
                    .flatMap(info -> info.getPatternValues().stream())
                    .filter(path -> path.endsWith(root))
                    .findFirst()
                    .ifPresent(path -> refuse(mapping, path));
        }
    }

    private static void refuse(WebMvcEndpointHandlerMapping mapping, String path) {
        RequestMappingInfo.BuilderConfiguration options = new RequestMappingInfo.BuilderConfiguration();
        options.setPatternParser(mapping.getPatternParser());
        Method answer = Objects.requireNonNull(ReflectionUtils.findMethod(ReadOnly.class, "answer"));
        mapping.registerMapping(
                RequestMappingInfo.paths(path + "/{area}/{action}", path + "/{area}/{id}/{action}")
                        .methods(RequestMethod.POST)
                        .options(options)
                        .build(),
                new ReadOnly(),
                answer);
    }

    /** Answers every operation where only looking is allowed. */
    static final class ReadOnly {

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
}
