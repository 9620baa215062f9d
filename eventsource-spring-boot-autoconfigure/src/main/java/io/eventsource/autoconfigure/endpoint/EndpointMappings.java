package io.eventsource.autoconfigure.endpoint;

import java.util.Set;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.webmvc.actuate.endpoint.web.WebMvcEndpointHandlerMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;

/**
 * What Actuator's mapping of operations lacks: a body is optional ({@code curl -X POST …/rebuild}), and whoever wants to act where access is
 * read-only is told so.
 */
final class EndpointMappings implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof WebMvcEndpointHandlerMapping mapping) {
            mapping.getEndpoints().stream()
                    .filter(ReadOnlyEndpoint::isMeant)
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
        if (ReadOnlyEndpoint.isReadOnly(endpoint)) {
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
        mapping.registerMapping(
                RequestMappingInfo.paths(path + "/{area}/{action}", path + "/{area}/{id}/{action}")
                        .methods(RequestMethod.POST)
                        .options(options)
                        .build(),
                new ReadOnlyEndpoint(),
                ReadOnlyEndpoint.ANSWER);
    }
}
