package io.eventsource.autoconfigure.endpoint;

import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.webflux.actuate.endpoint.web.WebFluxEndpointHandlerMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.util.pattern.PathPattern;

/** What {@link EndpointMappings} does, where Spring WebFlux serves Actuator. */
final class ReactiveEndpointMappings implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof WebFluxEndpointHandlerMapping mapping) {
            mapping.getEndpoints().stream()
                    .filter(ReadOnlyEndpoint::isMeant)
                    .forEach(endpoint -> complete(mapping, endpoint));
        }
        return bean;
    }

    private static void complete(WebFluxEndpointHandlerMapping mapping, ExposableWebEndpoint endpoint) {
        String root = "/" + endpoint.getRootPath();
        Set<RequestMappingInfo> infos = Set.copyOf(mapping.getHandlerMethods().keySet());
        infos.stream()
                .filter(info -> paths(info).stream().anyMatch(path -> path.contains(root + "/")))
                .forEach(info -> info.getConsumesCondition().setBodyRequired(false));
        if (ReadOnlyEndpoint.isReadOnly(endpoint)) {
            infos.stream()
                    .flatMap(info -> paths(info).stream())
                    .filter(path -> path.endsWith(root))
                    .findFirst()
                    .ifPresent(path -> refuse(mapping, path));
        }
    }

    private static Set<String> paths(RequestMappingInfo info) {
        return info.getPatternsCondition().getPatterns().stream()
                .map(PathPattern::getPatternString)
                .collect(Collectors.toSet());
    }

    private static void refuse(WebFluxEndpointHandlerMapping mapping, String path) {
        RequestMappingInfo.BuilderConfiguration options = new RequestMappingInfo.BuilderConfiguration();
        options.setPatternParser(mapping.getPathPatternParser());
        mapping.registerMapping(
                RequestMappingInfo.paths(path + "/{area}/{action}", path + "/{area}/{id}/{action}")
                        .methods(RequestMethod.POST)
                        .options(options)
                        .build(),
                new ReadOnlyEndpoint(),
                ReadOnlyEndpoint.ANSWER);
    }
}
